using QueueInference.Functional.Hosts;

namespace QueueInference.Chaos.Scenarios;

/// <summary>Processes stand still with their connections open, and go on unaware of it.</summary>
internal static class Freezes
{
    public static IEnumerable<Scenario> All =>
    [
        new("4", "broker-freeze", "SIGSTOP RabbitMQ for a while: every submission is answered in time", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(30);
                await chaos.FaultAsync("freeze broker", async () =>
                {
                    var held = await chaos.Store.RunningAsync();
                    chaos.Servers.Broker.Freeze();
                    var frozen = chaos.Servers.Broker.Ids.All(IsStopped);
                    await chaos.PauseAsync(7, 9);
                    chaos.Servers.Broker.Thaw();
                    return (frozen ? $"stopped with {held} jobs held" : null, held);
                });
            }
        }) { Rounds = (1, 10), Load = new() { Once = 0.5 } },

        new("7", "store-freeze", "SIGSTOP Redis for a while: reads are 503 at once, and no attempt is lost", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(20);
                await chaos.BusyAsync();
                await chaos.FaultAsync("freeze store", async () =>
                {
                    var id = chaos.Servers.Redis.Id;
                    Signals.Freeze(id);
                    var frozen = IsStopped(id);
                    await chaos.PauseAsync(4, 7);
                    Signals.Thaw(id);
                    return (frozen ? $"process {id} was stopped" : null, 0);
                });
            }
        }) { Rounds = (1, 10), Load = new() { Once = 0.5 } },

        new("7", "api-freeze", "SIGSTOP the Api: what it was at goes on when it wakes", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(20);
                await FreezeAsync(chaos, chaos.Cluster.Api, 3, 6);
            }
        }) { Rounds = (1, 10), Allowed = new() { Silence = true } },

        new("11", "worker-freeze", "SIGSTOP a worker for longer than its leases and the broker's patience: what it ends late is fenced off", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                var worker = chaos.Cluster.Workers[round % 2];
                await chaos.PauseAsync(0.2, 1);
                await FreezeBusyAsync(chaos, worker, 34, 36);
                await chaos.FaultAsync("zombie wakes", async () => (await FencedAsync(worker), 0));
            }
        }) {
            // Beside what it holds, it wakes with messages that were on their way to it; it takes their jobs over from the other worker, for none knows which of them is alive.
            Rounds = (1, 5), Load = new() { Rate = 25, Work = 60_000 }, Allowed = new() { ExtraRuns = 128 },
        },
    ];

    public static Task FreezeAsync(ChaosContext chaos, HostProcess host, double least, double most) =>
        chaos.FaultAsync($"freeze {chaos.Cluster.NameOf(host)}", async () =>
        {
            host.Freeze();
            var held = host == chaos.Cluster.Api ? 0 : await chaos.Store.RunningAsync();
            var frozen = IsStopped(host.Id);
            await chaos.PauseAsync(least, most);
            host.Thaw();
            return (frozen ? $"process {host.Id} was stopped" : null, held);
        });

    /// <summary>Freezes a worker at a moment when it holds jobs.</summary>
    private static async Task FreezeBusyAsync(ChaosContext chaos, HostProcess worker, double least, double most)
    {
        await Wait.UntilAsync(async () =>
        {
            chaos.Cancel.ThrowIfCancellationRequested();
            worker.Freeze();
            var holds = await chaos.Store.HeldByAsync(worker.Id) > 0;
            if (!holds)
            {
                worker.Thaw();
            }

            return holds;
        }, TimeSpan.FromSeconds(30), "a worker to be stopped with jobs in its hands");
        await FreezeAsync(chaos, worker, least, most);
    }

    /// <summary>Waits for the results that the zombie had to throw away.</summary>
    private static async Task<string?> FencedAsync(HostProcess worker)
    {
        try
        {
            var fenced = "";
            await Wait.UntilAsync(async () => (fenced = await MetricAsync(worker, "qi_jobs_fenced")).Length > 0, TimeSpan.FromSeconds(15), "a result to be fenced");
            return $"fenced {fenced}";
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static async Task<string> MetricAsync(HostProcess host, string name)
    {
        var text = await host.Http.GetStringAsync("/metrics");
        return text.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split('}')[^1].Trim().Split(' ')[0] ?? "";
    }

    private static bool IsStopped(int id)
    {
        // A moment later: the signal is delivered, but not yet acted on.
        var until = Environment.TickCount64 + 2000;
        while (Environment.TickCount64 < until)
        {
            if (File.ReadAllText($"/proc/{id}/stat").Split(')')[^1].TrimStart().StartsWith('T'))
            {
                return true;
            }

            Thread.Sleep(10);
        }

        return false;
    }
}
