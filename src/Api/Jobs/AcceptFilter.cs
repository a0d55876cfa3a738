using Microsoft.Net.Http.Headers;
using QueueInference.Api.Problems;

namespace QueueInference.Api.Jobs;

/// <summary>Refuses callers that accept neither JSON nor binary.</summary>
internal sealed class AcceptFilter : IEndpointFilter
{
    public const string Binary = "application/octet-stream";

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        Takes(context.HttpContext.Request, "application/json") || Takes(context.HttpContext.Request, Binary)
            ? next(context)
            : throw new ProblemException(new Problem("not-acceptable", "Answers are application/json; results also application/octet-stream."));

    /// <summary>Whether the caller takes this media type.</summary>
    public static bool Takes(HttpRequest request, string mediaType)
    {
        var accept = request.Headers.Accept;
        return accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept, out var types)
            || types.Any(type => type.Quality != 0 && MediaTypeHeaderValue.Parse(mediaType).IsSubsetOf(type));
    }

    /// <summary>Whether the caller names binary outright, and so prefers it.</summary>
    public static bool WantsBinary(HttpRequest request) => request.Headers.Accept.Count > 0
        && MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types) && types.Any(type => type.MediaType == Binary);
}
