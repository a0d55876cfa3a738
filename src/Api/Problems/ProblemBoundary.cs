using Microsoft.Extensions.Primitives;

namespace QueueInference.Api.Problems;

/// <summary>The one place where exceptions of request handling become answers.</summary>
internal sealed class ProblemBoundary(RequestDelegate next, ILogger<ProblemBoundary> logger)
{
    /// <summary>Runs the rest of the pipeline.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception error) when (IsGone(context, error))
        {
            // Nobody is left to answer, and a client that leaves is no fault of the service.
        }
        catch (Exception error)
        {
            await AnswerAsync(context, error);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception error)
    {
        var problem = Translate(error);
        if (problem.Type.Status == StatusCodes.Status500InternalServerError)
        {
            Log.RequestFailed(logger, error);
        }

        if (context.Response.HasStarted)
        {
            // Half an answer cannot be taken back; cutting the connection at least shows that it is not whole.
            context.Abort();
            return;
        }

        Clear(context.Response);
        await ProblemWriter.WriteAsync(context, problem, context.RequestAborted);
    }

    // Headers that say how to try again belong to the refusal; everything else belonged to the answer that failed.
    private static void Clear(HttpResponse response)
    {
        StringValues challenge = response.Headers.WWWAuthenticate, allow = response.Headers.Allow;
        response.Clear();
        response.Headers.WWWAuthenticate = challenge;
        response.Headers.Allow = allow;
    }

    private static bool IsGone(HttpContext context, Exception error) =>
        context.RequestAborted.IsCancellationRequested
        && (error is OperationCanceledException || error is IOException and not BadHttpRequestException);

    /// <summary>What an exception is to the caller.</summary>
    public static Problem Translate(Exception error) => error switch
    {
        ProblemException refusal => refusal.Problem,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new("payload-too-large", "The body is larger than this endpoint takes."),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } =>
            new("request-timeout", "The body did not arrive in time."),
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } =>
            new("unsupported-media-type", "This endpoint does not take this content type."),
        BadHttpRequestException => new("bad-request", "The request could not be read."),
        _ => new("internal-error", "The service met an error it did not expect; its log has the details under the trace id."),
    };
}
