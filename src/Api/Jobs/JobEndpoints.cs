using System.Globalization;
using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;
using QueueInference.Api.Results;
using QueueInference.Api.Submitting;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using QueueInference.Core.Tensors;

namespace QueueInference.Api.Jobs;

/// <summary>The routes of <c>/v1/jobs</c>. Each reads the request, calls one verb, writes the answer.</summary>
internal static class JobEndpoints
{
    /// <summary>While there is one key, there is one tenant.</summary>
    public const string Tenant = "default";

    public static void MapJobs(this IEndpointRouteBuilder endpoints)
    {
        var jobs = endpoints.MapGroup("/v1/jobs").AddEndpointFilter<AcceptFilter>();
        jobs.MapPost("", SubmitAsync);
        jobs.MapGet("", ListAsync);
        jobs.MapGet("{id}", GetAsync);
        jobs.MapGet("{id}/result", ResultAsync);
        jobs.MapPost("{id}/cancel", CancelAsync);
        jobs.MapDelete("{id}", ForgetAsync);
    }

    private static async Task SubmitAsync(
        HttpContext context, SingleSubmitter submitter, JobQueries queries, IOptions<ApiOptions> options, CancellationToken cancellationToken)
    {
        var headers = context.Request.Headers;
        var wait = RequestHeaders.PreferredWait(headers) is { } asked ? asked < options.Value.MaxWait ? asked : options.Value.MaxWait : (TimeSpan?)null;
        var outcome = await submitter.SubmitAsync(context.Request, Tenant, wait is not null, cancellationToken);
        if (outcome.Problem is { } problem)
        {
            await ProblemWriter.WriteAsync(context, problem, cancellationToken);
            return;
        }

        if (outcome.Replayed)
        {
            context.Response.Headers["Idempotency-Replayed"] = "true";
        }

        await AnswerSubmitAsync(context, queries, outcome, wait, cancellationToken);
    }

    private static async Task AnswerSubmitAsync(HttpContext context, JobQueries queries, SubmitOutcome outcome, TimeSpan? wait, CancellationToken cancellationToken)
    {
        var response = context.Response;
        response.Headers.Location = $"/v1/jobs/{outcome.Id!.Value.Text}";
        var (job, outputs) = await AcceptedAsync(queries, outcome, wait, cancellationToken);
        var finished = wait is not null && job.State.IsTerminal();
        if (wait is { } asked)
        {
            response.Headers["Preference-Applied"] = finished ? string.Create(CultureInfo.InvariantCulture, $"wait={asked.TotalSeconds}") : "respond-async";
        }

        response.StatusCode = finished ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        if (!finished)
        {
            response.Headers.RetryAfter = "1";
        }

        await JobAnswers.WriteJobAsync(context, job, outputs, null, cancellationToken);
    }

    /// <summary>The job that was accepted: what goes wrong while it is read again must not hide that it was.</summary>
    private static async Task<(JobRecord Job, Tensor[]? Outputs)> AcceptedAsync(
        JobQueries queries, SubmitOutcome outcome, TimeSpan? wait, CancellationToken cancellationToken)
    {
        if (wait is null && outcome is { Replayed: false, State: JobState.Queued })
        {
            return (outcome.Record(), null);
        }

        try
        {
            var job = await queries.GetAcceptedAsync(outcome.Id!.Value, wait ?? TimeSpan.Zero, outcome.Joined, cancellationToken);
            return (job.Record, await queries.OutputsAsync(job, cancellationToken));
        }
        catch (ProblemException) when (!outcome.Replayed)
        {
            return (outcome.Record(), null);
        }
    }

    private static async Task GetAsync(
        HttpContext context, string id, string? wait, JobQueries queries, IOptions<ApiOptions> options, CancellationToken cancellationToken)
    {
        var found = await queries.WaitAsync(id, Tenant, Wait(wait, options.Value.MaxWait), cancellationToken);
        var job = found.Record;
        var etag = $"W/\"{job.State.Name()}.{job.Attempt}\"";
        context.Response.Headers.ETag = etag;
        if (!job.State.IsTerminal())
        {
            context.Response.Headers.RetryAfter = "1";
        }

        if (Matches(context.Request.Headers.IfNoneMatch, etag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await JobAnswers.WriteJobAsync(
            context, job, await queries.OutputsAsync(found, cancellationToken), await queries.PlaceAsync(job, cancellationToken), cancellationToken);
    }

    private static async Task ResultAsync(HttpContext context, string id, JobQueries queries, LargeResultWriter large, CancellationToken cancellationToken)
    {
        var job = await queries.GetAsync(id, Tenant, cancellationToken);
        if (!job.State.IsTerminal())
        {
            throw new ProblemException(new Problem("job-not-finished", $"The job is {job.State.Name()}. Wait for it with GET /v1/jobs/{{id}}?wait=30.") { RetryAfter = 1 });
        }

        if (job.State != JobState.Succeeded)
        {
            throw new ProblemException(new Problem("job-without-result", $"The job ended as {job.State.Name()} and has no result. GET /v1/jobs/{{id}} says why."));
        }

        var outputs = (await queries.OutputsAsync(new(job, null), cancellationToken))!;
        await (AbsentData.PayloadOf(outputs) is null
            ? JobAnswers.WriteResultAsync(context, job, outputs, cancellationToken)
            : large.WriteAsync(context, job, outputs, cancellationToken));
    }

    private static async Task CancelAsync(HttpContext context, string id, JobQueries queries, JobSubmissions store, CancellationToken cancellationToken)
    {
        var job = await queries.GetAsync(id, Tenant, cancellationToken);
        if (await OrUnavailableAsync(() => store.CancelAsync(job.Id, job.Spec!.Model, cancellationToken)) != true)
        {
            throw new ProblemException(new Problem("job-already-finished", "The job has ended already; its state does not change any more."));
        }

        await JobAnswers.WriteJobAsync(context, await queries.GetAsync(id, Tenant, cancellationToken), null, null, cancellationToken);
    }

    private static async Task<IResult> ForgetAsync(string id, JobQueries queries, JobSubmissions store, CancellationToken cancellationToken)
    {
        var job = await queries.GetAsync(id, Tenant, cancellationToken);
        return await OrUnavailableAsync(() => store.ForgetAsync(job.Id, Tenant, cancellationToken)) == false
            ? throw new ProblemException(new Problem("job-not-terminal", "Only a job that has ended can be deleted. Cancel it first."))
            : TypedResults.NoContent();
    }

    private static async Task ListAsync(
        HttpContext context, string? model, string? state, string? limit, string? cursor, JobQueries queries, CancellationToken cancellationToken)
    {
        if (state is not null && !JobStates.TryParse(state, out _))
        {
            throw new ProblemException(new Problem("invalid-option", "state must be queued, running, succeeded, failed, canceled or expired."));
        }

        if (!int.TryParse(limit ?? "50", NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 200)
        {
            throw new ProblemException(new Problem("invalid-option", "limit must be a number from 1 to 200."));
        }

        JobState? wanted = JobStates.TryParse(state, out var parsed) ? parsed : null;
        var (jobs, next) = await queries.ListAsync(Tenant, model, wanted, count, cursor, cancellationToken);
        await JobAnswers.WriteListAsync(context, jobs, next, cancellationToken);
    }

    private static bool Matches(Microsoft.Extensions.Primitives.StringValues header, string etag) =>
        header.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).Any(tag => tag == etag || tag == "*");

    /// <summary>The <c>wait</c> of a query, in seconds.</summary>
    public static TimeSpan Wait(string? seconds, TimeSpan most)
    {
        if (seconds is null)
        {
            return TimeSpan.Zero;
        }

        return double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var wait) && double.IsFinite(wait)
            ? TimeSpan.FromSeconds(Math.Min(wait, most.TotalSeconds))
            : throw new ProblemException(new Problem("invalid-option", "wait must be a number of seconds."));
    }

    private static async Task<T> OrUnavailableAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (StoreUnavailableException)
        {
            throw new ProblemException(SubmitProblems.StoreUnavailable);
        }
    }
}
