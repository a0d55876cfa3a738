using System.Buffers;
using System.Globalization;
using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Api.Submitting;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Core.Store;

namespace QueueInference.Api.Results;

/// <summary>Sends a result that is too large for JSON from the payload store to the caller, piece by piece, in the binary form.</summary>
internal sealed class LargeResultWriter(Payloads payloads)
{
    /// <summary>Sends the outputs, whose data is absent.</summary>
    /// <exception cref="ProblemException">The caller takes no binary, or the result is gone.</exception>
    public async Task WriteAsync(HttpContext context, JobRecord job, Tensor[] outputs, CancellationToken cancellationToken)
    {
        if (!AcceptFilter.Takes(context.Request, AcceptFilter.Binary))
        {
            throw new ProblemException(new Problem(
                "not-acceptable", $"This result has {Payloads.Bytes(outputs)} bytes, too many for JSON. Ask for it with Accept: {AcceptFilter.Binary}."));
        }

        await using var data = await OpenAsync(outputs, cancellationToken);
        var header = new ArrayBufferWriter<byte>();
        InferenceResponseWriter.WriteHeader(header, new InferenceResponse(job.Spec!.Model, job.Run?.Version ?? 0, job.Id.Text, outputs));
        context.Response.ContentType = AcceptFilter.Binary;
        context.Response.ContentLength = header.WrittenCount + Payloads.Bytes(outputs);
        context.Response.Headers["Inference-Header-Content-Length"] = header.WrittenCount.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(header.WrittenMemory, cancellationToken);
        // A payload that ends early leaves the body shorter than it says, so the connection is cut and the caller knows.
        await data.CopyToAsync(context.Response.Body, cancellationToken);
    }

    private async Task<Stream> OpenAsync(Tensor[] outputs, CancellationToken cancellationToken)
    {
        try
        {
            return JobQueries.Filled(await payloads.OpenAsync(outputs, cancellationToken));
        }
        catch (StoreUnavailableException)
        {
            throw new ProblemException(SubmitProblems.StoreUnavailable);
        }
    }
}
