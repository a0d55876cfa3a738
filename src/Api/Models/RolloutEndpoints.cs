using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Core.Auth;
using QueueInference.Core.Rollouts;

namespace QueueInference.Api.Models;

/// <summary>The routes of what was decided about the versions of a model.</summary>
internal static class RolloutEndpoints
{
    public static void MapRollouts(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGroup("/v1/models/{model}/events").AddEndpointFilter<AcceptFilter>().MapGet("", EventsAsync);
        endpoints.MapGroup($"{ApiKeyAuthExtensions.AdminPath}/models/{{model}}/rollout").AddEndpointFilter<AcceptFilter>().MapDelete("", ForgetAsync);
    }

    private static async Task EventsAsync(HttpContext context, string model, ModelDirectory directory, RolloutStore rollouts, CancellationToken cancellationToken)
    {
        if (await directory.FindAsync(model, null, cancellationToken) is null)
        {
            throw new ProblemException(new Problem("model-not-found", "No worker has announced this model. GET /v1/models lists those that exist."));
        }

        var events = await JobQueries.GuardAsync(() => rollouts.EventsAsync(model, cancellationToken));
        await JobAnswers.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("events");
            foreach (var one in events)
            {
                RolloutWriter.Write(json, one);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }, cancellationToken);
    }

    /// <summary>What was rejected may try again, from the beginning.</summary>
    private static async Task<IResult> ForgetAsync(string model, RolloutStore rollouts, TimeProvider time, CancellationToken cancellationToken)
    {
        await JobQueries.GuardAsync(() => rollouts.ForgetAsync(model, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken));
        return TypedResults.NoContent();
    }
}
