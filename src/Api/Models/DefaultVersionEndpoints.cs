using System.Globalization;
using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Core.Auth;
using QueueInference.Core.Models;

namespace QueueInference.Api.Models;

/// <summary>The routes of <c>/v1/admin/models/{model}/default</c>: an administrator chooses the version for jobs that name none.</summary>
internal static class DefaultVersionEndpoints
{
    public static void MapDefaultVersions(this IEndpointRouteBuilder endpoints)
    {
        var route = endpoints.MapGroup($"{ApiKeyAuthExtensions.AdminPath}/models/{{model}}/default").AddEndpointFilter<AcceptFilter>();
        route.MapPut("", SetAsync);
        route.MapDelete("", ClearAsync);
    }

    private static async Task SetAsync(
        HttpContext context, string model, string? version, ModelDirectory directory, DefaultVersions defaults, CancellationToken cancellationToken)
    {
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
        {
            throw new ProblemException(new Problem("invalid-option", "Say which: ?version=NUMBER."));
        }

        if (await directory.FindAsync(model, number, cancellationToken) is null)
        {
            throw new ProblemException(new Problem("model-not-found", "No worker has announced this version. GET /v1/models lists those that exist."));
        }

        await JobQueries.GuardAsync(() => defaults.SetAsync(model, number, cancellationToken));
        await JobAnswers.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            json.WriteString("version", version);
            json.WriteEndObject();
        }, cancellationToken);
    }

    private static async Task<IResult> ClearAsync(string model, DefaultVersions defaults, CancellationToken cancellationToken)
    {
        await JobQueries.GuardAsync(() => defaults.ClearAsync(model, cancellationToken));
        return TypedResults.NoContent();
    }
}
