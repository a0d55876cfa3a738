using Microsoft.Extensions.Options;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Tests.Shared;

/// <summary>The job store over a given Redis, with spans that tests can set to nothing instead of waiting for them.</summary>
public sealed class StoreHarness
{
    public const string Tenant = "default";
    private static readonly byte[] IdKey = new byte[32];
    private readonly RedisStore _redis;

    public StoreHarness(IConnectionMultiplexer redis, string? model = null, int partitions = 1)
    {
        _redis = new RedisStore(redis, new RedisStoreOptions(TimeSpan.FromSeconds(10)));
        Model = model ?? "m" + Guid.NewGuid().ToString("N");
        Partitions = new Partitions(_redis, Options.Create(new JobOptions { Partitions = partitions }), TimeProvider.System);
        Reads = new JobReads(_redis, Partitions);
        Outbox = new WebhookOutbox(_redis);
    }

    public string Model { get; }
    public Partitions Partitions { get; }
    public JobReads Reads { get; }
    public WebhookOutbox Outbox { get; }
    public RedisStore Redis => _redis;
    public JobSubmissions Submissions => With(_ => { }).Submissions;
    public JobClaims Claims => With(_ => { }).Claims;

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public (JobSubmissions Submissions, JobClaims Claims, JobSweeps Sweeps) With(Action<JobOptions> change)
    {
        var options = new JobOptions();
        change(options);
        var wrapped = Options.Create(options);
        return (new JobSubmissions(_redis, wrapped), new JobClaims(_redis, wrapped), new JobSweeps(_redis, wrapped, TimeProvider.System));
    }

    public NewJob NewJob(Func<JobSpec, JobSpec>? change = null, byte[]? inputs = null, int partition = 0)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var spec = new JobSpec { Model = Model, Tenant = Tenant, CreatedAt = now, ResultTtlSeconds = 60, MaxAttempts = 3 };
        spec = change?.Invoke(spec) ?? spec;
        return new NewJob(JobId.Create(partition, spec.CreatedAt, Tenant, IdKey), spec, inputs ?? []);
    }

    public async Task<NewJob> QueuedAsync(Func<JobSpec, JobSpec>? change = null, byte[]? inputs = null)
    {
        var job = NewJob(change, inputs);
        await Submissions.ReserveAsync([job], Stop);
        await Submissions.ConfirmAsync([job], Stop);
        return job;
    }

    public static Claimant Claimant(string message = "m1", string? token = null) => new(token ?? Guid.NewGuid().ToString("N"), message, "w1");

    public static async Task<ClaimAnswer> ClaimAsync(JobClaims claims, NewJob job, Claimant claimant) =>
        (await claims.ClaimAsync([Message(job)], claimant, Stop))[0];

    public static JobMessage Message(NewJob job) => new(job.Id.Text, job.Spec, []);

    public static async Task<FinishOutcome> FinishAsync(JobClaims claims, NewJob job, string token, byte[]? result = null, JobError? error = null) =>
        (await claims.FinishAsync(job.Spec.Model, [new JobEnd(new Lease(job.Id, token), error is null ? result ?? [0, 0] : null, error, null)], Stop))[0];

    /// <summary>Sweeps until nothing is due, and answers what became of one job.</summary>
    public static async Task<string?> SweepAsync(JobSweeps sweeps, NewJob job)
    {
        while (true)
        {
            var (swept, seen) = await sweeps.SweepAsync("p00", Stop);
            if (swept.FirstOrDefault(s => s.Id == job.Id) is { Verdict: { } verdict })
            {
                return verdict;
            }

            if (seen == 0)
            {
                return null;
            }
        }
    }
}
