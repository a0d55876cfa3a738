using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;

namespace QueueInference.Api.Submitting;

/// <summary>Takes the one job of a request, if there is room for its body.</summary>
internal sealed class SingleSubmitter(JobSubmitter submitter, JobUpload upload, SubmitGate gate, IOptions<ApiOptions> options, TimeProvider time)
{
    private int Most => options.Value.MaxBodyBytes;

    /// <summary>Reads the request and submits its job. That there is no room is no exception: it is answered thousands of times, while there is little to spare.</summary>
    /// <exception cref="ProblemException">It was refused for any other reason.</exception>
    public async Task<SubmitOutcome> SubmitAsync(HttpRequest http, string tenant, bool waits, CancellationToken cancellationToken)
    {
        var headerLength = RequestHeaders.RequireBody(http.Headers);
        var key = RequestHeaders.IdempotencyKey(http.Headers);
        if (headerLength is { } length && upload.Takes(http))
        {
            return gate.TryEnterUpload(Math.Min(length, Most), out var place)
                ? await UploadAsync(place, http, length, tenant, key, waits, cancellationToken)
                : SubmitOutcome.Refused(gate.Refusal());
        }

        return gate.TryEnter(Math.Min(http.ContentLength ?? RequestBody.FirstBytes, Most), out var admission)
            ? await SubmitAsync(admission, http, headerLength, tenant, key, waits, cancellationToken)
            : SubmitOutcome.Refused(gate.Refusal());
    }

    private async Task<SubmitOutcome> UploadAsync(
        SubmitAdmission admission, HttpRequest http, int headerLength, string tenant, string? key, bool waits, CancellationToken cancellationToken)
    {
        using (admission)
        {
            return await upload.SubmitAsync(http, headerLength, tenant, key, waits, cancellationToken);
        }
    }

    private async Task<SubmitOutcome> SubmitAsync(
        SubmitAdmission admission, HttpRequest http, int? headerLength, string tenant, string? key, bool waits, CancellationToken cancellationToken)
    {
        using (admission)
        {
            using var body = await RequestBody.ReadAsync(http, Most, cancellationToken, admission.Hold);
            admission.Wait();
            var request = JobRequestReader.Read(body.Memory, headerLength, time.GetUtcNow(), RequestLimits.Default) with { Waits = waits };
            key = request.IdempotencyKey ?? key;
            return await submitter.SubmitAsync(request, tenant, key is null ? null : (key, Fingerprint(body.Memory)), cancellationToken);
        }
    }

    private static string Fingerprint(ReadOnlyMemory<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body.Span));
}
