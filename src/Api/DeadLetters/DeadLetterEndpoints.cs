using System.Globalization;
using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Core.Auth;
using QueueInference.Core.DeadLetters;

namespace QueueInference.Api.DeadLetters;

/// <summary>The routes of <c>/v1/admin/dead-letters</c>.</summary>
internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this IEndpointRouteBuilder endpoints)
    {
        var letters = endpoints.MapGroup($"{ApiKeyAuthExtensions.AdminPath}/dead-letters").AddEndpointFilter<AcceptFilter>();
        letters.MapGet("", ListAsync);
        letters.MapDelete("", DeleteAllAsync);
        letters.MapPost("redrive", RedriveAllAsync);
        letters.MapGet("{id}", GetAsync);
        letters.MapDelete("{id}", DeleteAsync);
        letters.MapPost("{id}/redrive", RedriveAsync);
    }

    private static async Task ListAsync(
        HttpContext context, string? queue, string? limit, string? cursor, DeadLetterStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var count = Number(limit ?? "50") is { } most and >= 1 and <= 100 ? (int)most : throw Invalid("limit must be a number from 1 to 100.");
        long? before = cursor is null ? null : Number(cursor) ?? throw Invalid("The cursor must be one that this list returned.");
        var (page, next) = await JobQueries.GuardAsync(() => store.ListAsync(queue, count, before, cancellationToken));
        var counts = await JobQueries.GuardAsync(() => store.CountAsync(cancellationToken));
        await JobAnswers.WriteAsync(context, json => DeadLetterWriter.WriteList(json, page, counts, next, time.GetUtcNow()), cancellationToken);
    }

    private static async Task GetAsync(HttpContext context, string id, string? payload, DeadLetterDesk desk, CancellationToken cancellationToken)
    {
        var letter = await desk.GetAsync(id, cancellationToken);
        var body = Flag(payload, "payload") ? await desk.GetBodyAsync(id, cancellationToken) : null;
        await JobAnswers.WriteAsync(context, json => DeadLetterWriter.Write(json, letter, body), cancellationToken);
    }

    private static async Task RedriveAsync(HttpContext context, string id, DeadLetterDesk desk, CancellationToken cancellationToken)
    {
        var letter = await desk.RedriveAsync(id, cancellationToken);
        await JobAnswers.WriteAsync(context, json => DeadLetterWriter.Write(json, letter, null), cancellationToken);
    }

    private static async Task RedriveAllAsync(HttpContext context, string? queue, DeadLetterDesk desk, CancellationToken cancellationToken)
    {
        var sweep = await desk.RedriveAllAsync(queue, cancellationToken);
        await JobAnswers.WriteAsync(context, json => DeadLetterWriter.WriteSweep(json, "redriven", sweep), cancellationToken);
    }

    private static async Task<IResult> DeleteAsync(string id, DeadLetterDesk desk, CancellationToken cancellationToken)
    {
        await desk.DeleteAsync(id, cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>All of them only if asked for: a script whose id is empty comes here too.</summary>
    private static async Task DeleteAllAsync(HttpContext context, string? queue, string? all, DeadLetterDesk desk, CancellationToken cancellationToken)
    {
        if (queue is null != Flag(all, "all"))
        {
            throw Invalid("Say which: ?queue=NAME, or ?all=true.");
        }

        var sweep = await desk.DeleteAllAsync(queue, cancellationToken);
        await JobAnswers.WriteAsync(context, json => DeadLetterWriter.WriteSweep(json, "deleted", sweep), cancellationToken);
    }

    private static bool Flag(string? text, string name) => text switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Invalid($"{name} must be true or false."),
    };

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static ProblemException Invalid(string detail) => new(new Problem("invalid-option", detail));
}
