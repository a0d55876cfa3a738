using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;
using QueueInference.Api.Submitting;

namespace QueueInference.Api.Bulk;

/// <summary>Submits the items of a bulk as they arrive, each as a single call would; groups form by themselves.</summary>
internal sealed class BulkSubmitter(JobSubmitter submitter, BulkRoom room, IOptions<ApiOptions> options, TimeProvider time, ILogger<BulkSubmitter> logger)
{
    /// <summary>Most items of one call.</summary>
    public const int MostItems = 10_000;

    /// <summary>Reads to the end of the body, or to where it breaks, and completes the channel; it never throws.</summary>
    /// <param name="form">How the items follow each other.</param>
    /// <param name="body">Where they come from.</param>
    /// <param name="key">The call's own idempotency key: item n that has none gets <c>key/n</c>.</param>
    /// <param name="entries">Gets one entry for each item, in order. What breaks before the first item fails the channel instead.</param>
    /// <param name="cancellationToken">Ends the reading; what was accepted runs on.</param>
    public async Task ReadAsync(BulkForm form, Stream body, string? key, ChannelWriter<Task<BulkEntry>> entries, CancellationToken cancellationToken)
    {
        var index = 0;
        try
        {
            await foreach (var item in form.ReadAsync(body, options.Value.MaxBodyBytes, cancellationToken))
            {
                if (index == MostItems)
                {
                    item.Dispose();
                    throw new ProblemException(new Problem("bulk-too-large", $"A bulk has at most {MostItems} jobs. The rest was not read."));
                }

                entries.TryWrite(await StartAsync(form, item, index, key, cancellationToken));
                index++;
            }

            entries.Complete();
        }
        catch (Exception e) when (index > 0 && e is ProblemException or BadHttpRequestException)
        {
            entries.TryWrite(Task.FromResult(BulkEntry.Refused(index, ProblemBoundary.Translate(e))));
            entries.Complete();
        }
        catch (Exception e)
        {
            entries.Complete(e);
        }
    }

    /// <summary>Sends one item on its way, once there is room; answers its entry to come.</summary>
    /// <exception cref="ProblemException">It is no JSON, and so neither is what follows.</exception>
    private async Task<Task<BulkEntry>> StartAsync(BulkForm form, BulkItem item, int index, string? key, CancellationToken cancellationToken)
    {
        try
        {
            var (request, idempotency) = Parse(item, key is null ? null : $"{key}/{index}");
            var bytes = request.Inputs.Sum(input => (long)input.Data.Length);
            await room.EnterAsync(bytes, cancellationToken);
            return SubmitAsync(item, request, idempotency, index, bytes, cancellationToken);
        }
        catch (ProblemException e)
        {
            item.Dispose();
            return form.Resynchronises || e.Problem.Slug != "malformed-json"
                ? Task.FromResult(BulkEntry.Refused(index, e.Problem))
                : throw new ProblemException(e.Problem with { Detail = $"{e.Problem.Detail} It is counted from the start of this job; nothing after it was read." });
        }
        catch (OperationCanceledException)
        {
            item.Dispose();
            throw;
        }
    }

    private (JobRequest Request, (string Key, string Fingerprint)? Idempotency) Parse(BulkItem item, string? indexed)
    {
        if (item.Refusal is { } refusal)
        {
            throw new ProblemException(refusal);
        }

        // The blanks before a line's end, or a carriage return, are no part of a job of JSON.
        var body = item.HeaderLength is null ? item.Body!.Memory.TrimEnd(" \t\r"u8) : item.Body!.Memory;
        var request = JobRequestReader.Read(body, item.HeaderLength, time.GetUtcNow(), RequestLimits.Default);
        var key = request.IdempotencyKey ?? item.Key ?? indexed;
        return (request, key is null ? null : (key, Convert.ToHexStringLower(SHA256.HashData(body.Span))));
    }

    private async Task<BulkEntry> SubmitAsync(
        BulkItem item, JobRequest request, (string Key, string Fingerprint)? idempotency, int index, long bytes, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        try
        {
            return BulkEntry.Accepted(index, await submitter.SubmitAsync(request, JobEndpoints.Tenant, idempotency, cancellationToken));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (e is not ProblemException)
            {
                Log.ItemFailed(logger, e);
            }

            return BulkEntry.Refused(index, ProblemBoundary.Translate(e));
        }
        finally
        {
            // Only now: tensors of the binary form lie in the body.
            item.Dispose();
            room.Leave(bytes, time.GetElapsedTime(started));
        }
    }
}
