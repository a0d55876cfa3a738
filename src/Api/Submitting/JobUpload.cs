using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;
using QueueInference.Core.Payloads;

namespace QueueInference.Api.Submitting;

/// <summary>Takes a submission in the binary form that is too large to be held in memory, or does not say how large it is.</summary>
internal sealed class JobUpload(JobSubmitter submitter, IOptions<ApiOptions> api, IOptions<PayloadOptions> payloads, TimeProvider time)
{
    /// <summary>Only what is declared is compared with this; the sum of all is compared with <see cref="PayloadOptions.MaxBytes"/>.</summary>
    private static readonly RequestLimits Limits = RequestLimits.Default with { MaxInputBytes = int.MaxValue };

    /// <summary>Whether a body in the binary form is to be taken this way.</summary>
    public bool Takes(HttpRequest request) => request.ContentLength is not { } length || length > api.Value.MaxBodyBytes;

    /// <summary>Reads the JSON, checks it, and only then reads the tensors.</summary>
    /// <exception cref="ProblemException">It was refused.</exception>
    public async Task<SubmitOutcome> SubmitAsync(HttpRequest request, int headerLength, string tenant, string? key, bool waits, CancellationToken cancellationToken)
    {
        if (request.ContentLength > (long)headerLength + payloads.Value.MaxBytes)
        {
            throw new ProblemException(SubmitProblems.TooLarge(payloads.Value.MaxBytes));
        }

        // The JSON tells how long the body is, and no more is read.
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        using var header = await RequestBody.ReadHeaderAsync(request, headerLength, api.Value.MaxBodyBytes, cancellationToken);
        var job = JobRequestReader.ReadHeader(header.Memory.Span, time.GetUtcNow(), Limits) with { Waits = waits };
        using var arriving = new ArrivingInputs(header.Memory, job.Inputs, request.Body, Limits, cancellationToken);
        return await submitter.SubmitAsync(job, arriving, tenant, job.IdempotencyKey ?? key, cancellationToken);
    }
}
