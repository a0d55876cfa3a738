using System.Globalization;
using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Api.Problems;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Core.Store;
using QueueInference.Core.Tensors;

namespace QueueInference.Api.Jobs;

/// <summary>Finds jobs for a caller: a foreign id is answered like an unknown one, an expired one differently, and a store that is away never as «not found».</summary>
internal sealed class JobQueries(
    JobReads reads, JobWaiters waiters, StoreIdentity identity, Payloads payloads, IOptions<JobOptions> options, IOptions<ApiOptions> api, TimeProvider time)
{
    /// <summary>Says nothing of whether it is another's.</summary>
    public static readonly Problem NotFound = new("job-not-found", "There is no such job.");

    private const int ListChunk = 100, ListScan = 2_000;

    /// <summary>More jobs than are ever made in one millisecond: a cursor that says otherwise is none of ours, and would make the store read all there is.</summary>
    private const int MostInAMillisecond = 10_000;

    /// <summary>A job that exists, after at most <paramref name="wait"/>.</summary>
    /// <exception cref="ProblemException">It does not, or no longer.</exception>
    public Task<EndedJob> WaitAsync(string id, string tenant, TimeSpan wait, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var parsed = await ParseAsync(id, tenant, cancellationToken);
        return Existing(parsed, wait > TimeSpan.Zero
            ? await waiters.WaitAsync(parsed, wait, null, cancellationToken)
            : await reads.GetAsync(parsed, cancellationToken) is { } record ? new(record, null) : null);
    });

    /// <summary>A job that exists, as it is.</summary>
    /// <exception cref="ProblemException">It does not, or no longer.</exception>
    public async Task<JobRecord> GetAsync(string id, string tenant, CancellationToken cancellationToken) =>
        (await WaitAsync(id, tenant, TimeSpan.Zero, cancellationToken)).Record;

    /// <summary>A job that was just accepted, after at most <paramref name="wait"/>.</summary>
    /// <param name="id">The job.</param>
    /// <param name="wait">How long at most.</param>
    /// <param name="joined">The caller's place among those who wait for it; null where it has none yet.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    /// <exception cref="ProblemException">It is gone.</exception>
    public Task<EndedJob> GetAcceptedAsync(JobId id, TimeSpan wait, Waiting? joined, CancellationToken cancellationToken) =>
        GuardAsync(async () => Existing(id, await waiters.WaitAsync(id, wait, joined, cancellationToken)));

    /// <summary>The outputs of a succeeded job; null for any other state. Where they are larger than JSON may be, their data is absent.</summary>
    public Task<Tensor[]?> OutputsAsync(EndedJob job, CancellationToken cancellationToken) => job switch
    {
        { Record.State: not JobState.Succeeded } => Task.FromResult<Tensor[]?>(null),
        { Outputs: { } outputs } when AbsentData.PayloadOf(outputs) is null => Task.FromResult<Tensor[]?>(outputs),
        _ => LoadAsync(job.Record.Id, cancellationToken),
    };

    private Task<Tensor[]?> LoadAsync(JobId id, CancellationToken cancellationToken) => GuardAsync<Tensor[]?>(async () =>
    {
        var outputs = Filled(await reads.GetResultAsync(id, cancellationToken));
        return AbsentData.PayloadOf(outputs) is null || Payloads.Bytes(outputs) > api.Value.MaxBodyBytes
            ? outputs
            : Filled(await payloads.LoadAsync(outputs, cancellationToken));
    });

    /// <summary>Where a queued job stands; null for any other state.</summary>
    public async Task<QueuePlace?> PlaceAsync(JobRecord job, CancellationToken cancellationToken)
    {
        try
        {
            return await FindPlaceAsync(job, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // It is put together from all nodes of a Redis Cluster; one that is away must not hide the job.
            return null;
        }
    }

    private async Task<QueuePlace?> FindPlaceAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (job.State != JobState.Queued || await reads.GetPositionAsync(job.Id, job.Spec!.Model, cancellationToken) is not { } position)
        {
            return null;
        }

        var (depth, oldest) = await reads.GetQueueAsync(job.Spec.Model, cancellationToken);
        var age = oldest is { } since ? (time.GetUtcNow().ToUnixTimeMilliseconds() - since) / 1000d : 0;
        return new QueuePlace(position, Math.Max(0, age) * position / Math.Max(1, depth));
    }

    /// <summary>A page of the caller's jobs, newest first, and where the next one begins.</summary>
    /// <exception cref="ProblemException">The cursor is none of ours.</exception>
    public Task<(List<JobRecord> Jobs, string? Next)> ListAsync(
        string tenant, string? model, JobState? state, int limit, string? cursor, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var (before, skip) = ReadCursor(cursor);
        var page = new List<JobRecord>();
        for (var scanned = 0; scanned < ListScan; scanned += ListChunk)
        {
            var chunk = await reads.ListAsync(tenant, before, skip, ListChunk, cancellationToken);
            foreach (var job in chunk)
            {
                // The cursor counts jobs of one millisecond, so that none is shown twice or left out.
                (before, skip) = job.Id.CreatedAt == before ? (before, skip + 1) : (job.Id.CreatedAt, 1);
                if (!job.Forgotten && job.Spec is not null && (model is null || job.Spec.Model == model) && (state is null || job.State == state))
                {
                    page.Add(job);
                }

                if (page.Count == limit)
                {
                    return (page, Cursor(before, skip));
                }
            }

            if (chunk.Length < ListChunk)
            {
                return (page, (string?)null);
            }
        }

        return (page, Cursor(before, skip));
    });

    private async Task<JobId> ParseAsync(string text, string tenant, CancellationToken cancellationToken) =>
        JobId.TryParse(text, tenant, await identity.KeyAsync(cancellationToken), out var id) ? id : throw new ProblemException(NotFound);

    private EndedJob Existing(JobId id, EndedJob? job)
    {
        Existing(id, job?.Record);
        return job!;
    }

    /// <summary>A record as its owner may see it.</summary>
    /// <exception cref="ProblemException">There is none, or no longer.</exception>
    public JobRecord Existing(JobId id, JobRecord? job)
    {
        if (job is null)
        {
            throw time.GetUtcNow().ToUnixTimeMilliseconds() - id.CreatedAt > options.Value.Tombstone.TotalMilliseconds
                ? Expired()
                : new ProblemException(new Problem("result-lost", "The store has lost this job. If it still waits in the queue, it will run and appear again."));
        }

        if (job.Forgotten)
        {
            throw new ProblemException(NotFound);
        }

        return job.ExpiresAt <= time.GetUtcNow().ToUnixTimeMilliseconds() ? throw Expired() : job;
    }

    /// <summary>The result, or the refusal of one that is gone.</summary>
    /// <exception cref="ProblemException">It is.</exception>
    public static T Filled<T>(T? outputs) where T : class =>
        outputs ?? throw new ProblemException(new Problem("result-lost", "The job succeeded, but the store has lost its result. Submit it again."));

    private static ProblemException Expired() => new(new Problem("result-expired", "The job has finished, and its result is no longer kept. Submit it again, with a longer result_ttl_seconds if need be."));

    private static string Cursor(long before, int skip) => string.Create(CultureInfo.InvariantCulture, $"{before}-{skip}");

    private static (long Before, int Skip) ReadCursor(string? cursor)
    {
        if (cursor is null)
        {
            return (long.MaxValue, 0);
        }

        return cursor.Split('-') is [var before, var skip]
            && long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && int.TryParse(skip, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= MostInAMillisecond
            ? (ms, count)
            : throw new ProblemException(new Problem("invalid-option", "The cursor must be one that this list returned."));
    }

    /// <summary>What the store could not do, as problems.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (StoreUnavailableException)
        {
            throw new ProblemException(Submitting.SubmitProblems.StoreUnavailable);
        }
        catch (StoreFullException)
        {
            throw new ProblemException(Submitting.SubmitProblems.StoreFull);
        }
    }
}
