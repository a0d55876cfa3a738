using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;
using QueueInference.Api.Submitting;

namespace QueueInference.Api.Bulk;

/// <summary>Many jobs in one call: submitting them, and reading what became of them.</summary>
internal static class BulkEndpoints
{
    public static void MapBulk(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/v1/jobs/bulk", SubmitAsync);
        endpoints.MapPost("/v1/jobs/results", ReadAsync);
    }

    private static async Task SubmitAsync(HttpContext context, BulkSubmitter submitter, SubmitGate gate, CancellationToken cancellationToken)
    {
        if (gate.IsFull)
        {
            // What bulks hold is bounded by itself; but more calls would only share what is too little already.
            await ProblemWriter.WriteAsync(context, gate.Refusal(), cancellationToken);
            return;
        }

        var request = context.Request;
        var form = BulkForm.Of(request.Headers);
        await using var answer = new EntryStream(context.Response, BulkForm.AnswersInLines(request, form.Kind == BulkKind.Lines));
        var key = RequestHeaders.IdempotencyKey(request.Headers);
        Unbound(context.Features);
        var entries = Channel.CreateUnbounded<Task<BulkEntry>>(new() { SingleReader = true, SingleWriter = true });
        var reading = ReadBodyAsync(context, submitter.ReadAsync(form, request.Body, key, entries.Writer, cancellationToken));
        try
        {
            await WriteAsync(answer, entries.Reader, cancellationToken);
        }
        finally
        {
            await reading;
        }
    }

    private static async Task ReadAsync(
        HttpContext context, string? wait, JobBatchReader reader, IOptions<ApiOptions> options, CancellationToken cancellationToken)
    {
        await using var answer = new EntryStream(context.Response, BulkForm.AnswersInLines(context.Request, preferred: false));
        var ids = await IdListReader.ReadAsync(context.Request, cancellationToken);
        await foreach (var batch in reader.ReadAsync(ids, JobEndpoints.Tenant, JobEndpoints.Wait(wait, options.Value.MaxWait), cancellationToken))
        {
            foreach (var found in batch)
            {
                answer.Write(found, static (json, entry) => entry.Write(json));
                await FlushIfAsync(answer, answer.IsFull, cancellationToken);
            }

            await answer.FlushAsync(cancellationToken);
        }

        await answer.EndAsync(cancellationToken);
    }

    /// <summary>Writes entries in order. They are sent when nothing is under way any more, or when they fill a packet: not one by one.</summary>
    private static async Task WriteAsync(EntryStream answer, ChannelReader<Task<BulkEntry>> entries, CancellationToken cancellationToken)
    {
        while (true)
        {
            while (entries.TryRead(out var entry))
            {
                answer.Write(await entry, static (json, done) => done.Write(json));
                await FlushIfAsync(answer, answer.IsFull, cancellationToken);
            }

            var more = entries.WaitToReadAsync(cancellationToken);
            await FlushIfAsync(answer, !more.IsCompleted, cancellationToken);
            if (!await more)
            {
                await answer.EndAsync(cancellationToken);
                return;
            }
        }
    }

    private static ValueTask FlushIfAsync(EntryStream answer, bool due, CancellationToken cancellationToken) =>
        due ? answer.FlushAsync(cancellationToken) : ValueTask.CompletedTask;

    /// <summary>The body is never held whole, so its size need not be bounded; and a client may send all of it before it reads anything.</summary>
    private static void Unbound(IFeatureCollection features)
    {
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        SetAnswerRate(features, null);
    }

    /// <summary>Once everything was read, a client that does not read its answer is cut off like any other.</summary>
    private static async Task ReadBodyAsync(HttpContext context, Task reading)
    {
        await reading;
        SetAnswerRate(context.Features, context.RequestServices.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MinResponseDataRate);
    }

    private static void SetAnswerRate(IFeatureCollection features, MinDataRate? rate)
    {
        if (features.Get<IHttpMinResponseDataRateFeature>() is { } feature)
        {
            feature.MinDataRate = rate;
        }
    }
}
