using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Contracts;
using QueueInference.Core.Hosting;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;
using QueueInference.Core.Store;
using QueueInference.Core.Telemetry;
using QueueInference.Core.Tensors;

namespace QueueInference.Api.Jobs;

/// <summary>Finds what fell between two steps: nothing stays silent for ever.</summary>
internal sealed class Sweeper(
    JobSweeps sweeps, JobReads reads, StoreIdentity identity, Partitions partitions, IJobBus bus, IOptions<JobOptions> jobs, IOptions<ApiOptions> options, TimeProvider time,
    ILogger<Sweeper> logger) : BackgroundService
{
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, long> _quietUntil = new();
    private long _startedQuietUntil;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // This process may have been started because Redis was away: no lease counts as dead before its holder had time to renew it.
        _startedQuietUntil = OneLease();
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        do
        {
            await SweepOrRestAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SweepOrRestAsync(CancellationToken cancellationToken)
    {
        await TryAsync(partitions.All, () => identity.EnsureAsync(cancellationToken));
        // Side by side: a node of a Redis Cluster that is away keeps only its own parts from being swept.
        await Task.WhenAll(partitions.All.Where(IsDue).Select(partition => TryAsync([partition], () => SweepAsync(partition, cancellationToken))));
    }

    private bool IsDue(string partition) => time.GetUtcNow().ToUnixTimeMilliseconds() >= _quietUntil.GetValueOrDefault(partition, _startedQuietUntil);

    private async Task TryAsync(IReadOnlyList<string> away, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
        {
            // While Redis was away no lease could be renewed: they are given one length before they count as dead.
            foreach (var partition in away)
            {
                _quietUntil[partition] = OneLease();
            }

            Log.SweepFailed(logger, e.Message);
        }
    }

    private long OneLease() => time.GetUtcNow().Add(jobs.Value.Lease).ToUnixTimeMilliseconds();

    private async Task SweepAsync(string partition, CancellationToken cancellationToken)
    {
        bool more;
        do
        {
            var (swept, seen) = await sweeps.SweepAsync(partition, cancellationToken);
            // Due jobs are found by this clock and judged by Redis': where the two differ, a round without effect ends the sweep.
            more = seen >= 128 && swept.Count > 0;
            foreach (var job in swept)
            {
                Log.Swept(logger, job.Id.Text, job.Verdict);
                InferenceTelemetry.Swept.Add(1, new KeyValuePair<string, object?>("verdict", job.Verdict));
                if (job.Verdict == "republish")
                {
                    Failpoint.Hit(FailpointNames.AfterSweep);
                    await RepublishAsync(job.Id, cancellationToken);
                }
            }
        }
        while (more);
    }

    /// <summary>A publish that fails is no loss: the job is due again.</summary>
    private async Task RepublishAsync(JobId id, CancellationToken cancellationToken)
    {
        if (await reads.GetAsync(id, cancellationToken) is not { Spec: { } spec } || await reads.GetInputsAsync(id, cancellationToken) is not { } inputs)
        {
            return;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(PublishTimeout);
        try
        {
            var body = JobGroupCodec.Encode([new JobMessage(id.Text, spec, bus.Redelivers && AbsentData.PayloadOf(inputs) is null ? inputs : null)]);
            await bus.PublishAsync(QueueNames.Of(spec), body, deadline.Token);
            Failpoint.Hit(FailpointNames.AfterRepublish);
        }
        catch (BrokerUnavailableException e)
        {
            Log.SweepFailed(logger, e.Message);
        }
    }
}
