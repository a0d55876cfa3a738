using QueueInference.Chaos.Load;
using QueueInference.Functional.Hosts;
using static QueueInference.Core.Hosting.FailpointNames;

namespace QueueInference.Chaos.Scenarios;

/// <summary>Our own processes end between any two of their steps: each failpoint, again and again.</summary>
internal static class Crashes
{
    private const int Batch = 16;

    /// <summary>A crash right after an attempt is charged costs the job that attempt, though it is not at fault: it may happen to one job more often than three times.</summary>
    private const string Patient = """{"max_attempts":10,"batching":{"max_batch_size":16}}""";

    private static readonly string[] ApiPoints = [AfterKey, BeforeReserve, AfterReserve, AfterPublish, AfterConfirm];
    private static readonly string[] WorkerPoints = [BeforeClaim, AfterClaim, BeforeRun, AfterRun, AfterFinish];
    private static readonly string[] PayloadPoints = [AfterNote, AfterWrite];

    public static IEnumerable<Scenario> All =>
    [
        new("19", "crash-api", "the Api ends between any two steps of a submission", chaos =>
            Crash.ChainAsync(chaos, Often(chaos, ApiPoints, chaos.Cluster.Api))) { Rounds = (2, 40) },

        new("19", "crash-worker", "workers end between any two steps of a batch, both in turn of their own", chaos => Task.WhenAll(
            chaos.Cluster.Workers.Select(worker => Often(chaos, WorkerPoints, worker)).ToList().Select(crashes => Crash.ChainAsync(chaos, crashes))))
        {
            Rounds = (1, 20), ModelSettings = Patient, Allowed = new() { ExtraRuns = 16 },
        },

        new("19", "crash-suspect", "a worker ends right after an attempt was charged to a job that another one's death made a suspect", chaos =>
            Crash.ChainAsync(chaos, Enumerable.Range(0, chaos.Rounds).Select(_ => new Crash(chaos.Cluster.Workers[0], AfterStart, 1) { Provoke = KillOtherAsync })))
        {
            Rounds = (2, 40), ModelSettings = Patient, Load = new() { Work = 60_000 }, Allowed = new() { ExtraRuns = 16 },
        },

        new("19", "crash-drain", "a worker that was told to stop ends before it is done: while it gives back what waits, and after", chaos =>
            Crash.ChainAsync(chaos, Often(chaos, [Drain, BeforeRelease, AfterRelease], chaos.Cluster.Workers[0])
                .Select(crash => crash with { Nth = 1, Provoke = context => StopAsync(context, crash.Host) })))
        {
            Rounds = (2, 40), ModelSettings = Patient, Load = new() { Work = 60_000 }, Allowed = new() { ExtraRuns = 16 },
        },

        new("19", "crash-sweeper", "the Api ends while it publishes again what dead workers left", chaos =>
            Crash.ChainAsync(chaos, Often(chaos, [AfterSweep, AfterRepublish], chaos.Cluster.Api).Select(crash => crash with { Nth = 1, Provoke = FreezeWorkersAsync })))
        {
            Rounds = (2, 40), ModelSettings = Patient, Allowed = new() { ExtraRuns = 64 },
            Settings = new() { ["Jobs__KeepInputs"] = "UntilFinished", ["Jobs__LeaseGrace"] = "00:00:01", ["Jobs__Lease"] = "00:00:04" },
        },

        new("19", "crash-webhooks", "the Api ends before it has sent a webhook, and before it has noted that it did: each end is told, always in the same words", chaos =>
            Crash.ChainAsync(chaos, Often(chaos, [AfterTake, AfterPost], chaos.Cluster.Api))) { Rounds = (2, 40), Load = new() { Webhooks = true }, Settings = EventSink.Settings },

        new("19", "crash-payloads", "Api and workers end while they write a payload, and before a job has taken it", chaos => Task.WhenAll(
            new[] { chaos.Cluster.Api, chaos.Cluster.Workers[0] }.Select(host => Often(chaos, PayloadPoints, host)).ToList().Select(crashes => Crash.ChainAsync(chaos, crashes))))
        {
            Rounds = (2, 40), Allowed = new() { ExtraRuns = 16 },
            ModelSettings = """{"max_attempts":10,"batching":{"max_batch_size":1024}}""", Load = new() { Rows = 300, Work = 500 },
            Settings = new() { ["Payloads__InlineMaxBytes"] = "1024" },
        },
    ];

    /// <summary>Each place as often as there are rounds, in an order and at hits that the seed decides.</summary>
    private static List<Crash> Often(ChaosContext chaos, string[] points, HostProcess host)
    {
        var order = Enumerable.Range(0, chaos.Rounds).SelectMany(_ => points).ToArray();
        chaos.Random.Shuffle(order);
        return [.. order.Select(point => new Crash(host, point, chaos.Random.Next(1, 6)))];
    }

    /// <summary>What the other worker holds comes here as suspects.</summary>
    private static async Task<IDisposable?> KillOtherAsync(ChaosContext chaos)
    {
        await chaos.Cluster.Workers[1].ReadyAsync();
        await chaos.BusyAsync();
        await chaos.KillAsync(chaos.Cluster.Workers[1]);
        return null;
    }

    /// <summary>Told to stop when it holds more than it runs. It stands still before that, so that more comes to it than it can run at once.</summary>
    private static async Task<IDisposable?> StopAsync(ChaosContext chaos, HostProcess host)
    {
        await chaos.BusyAsync();
        host.Freeze();
        await chaos.PauseAsync(1.5, 2);
        host.Thaw();
        await Wait.UntilAsync(async () => host.HasExited || await chaos.Store.HeldByAsync(host.Id) > Batch, TimeSpan.FromSeconds(10), "a worker to hold more than a batch");
        if (!host.HasExited)
        {
            host.Terminate();
        }

        return null;
    }

    /// <summary>Their leases run out, and the broker does not deliver again what they hold.</summary>
    private static async Task<IDisposable?> FreezeWorkersAsync(ChaosContext chaos)
    {
        await Task.WhenAll(chaos.Cluster.Workers.Select(worker => worker.ReadyAsync()));
        await chaos.BusyAsync();
        return new Frozen(chaos.Cluster.Workers);
    }

    private sealed class Frozen : IDisposable
    {
        private readonly IReadOnlyList<HostProcess> _hosts;

        public Frozen(IReadOnlyList<HostProcess> hosts)
        {
            _hosts = hosts;
            hosts.ToList().ForEach(host => host.Freeze());
        }

        public void Dispose() => _hosts.ToList().ForEach(host => host.Thaw());
    }
}
