using QueueInference.Chaos.Load;

namespace QueueInference.Chaos.Scenarios;

/// <summary>An hour of work with a fault now and then.</summary>
internal static class Soak
{
    /// <summary>Api and first worker live through all of it, so that what they gather over time is seen.</summary>
    private static readonly Func<ChaosContext, Task>[] Faults =
    [
        chaos => chaos.KillAsync(chaos.Cluster.Workers[1]),
        chaos => Freezes.FreezeAsync(chaos, chaos.Cluster.Workers[1], 3, 9),
        ProcessKills.KillBrokerAsync,
        ProcessKills.KillStoreAsync,
        StoreFaults.ForgetScriptsAsync,
        StoreFaults.PauseAsync,
        BrokerFaults.CloseAsync,
        chaos => LinkFaults.ResetAsync(chaos, chaos.Proxies.All[chaos.Random.Next(4)]),
        chaos => LinkFaults.SwallowAsync(chaos, chaos.Proxies.All[chaos.Random.Next(4)], 4, 12),
    ];

    public static IEnumerable<Scenario> All =>
    [
        new("34", "soak", "an hour at 150 jobs/s with a fault now and then: what lives through it holds no more at the end", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.PauseAsync(20, 60);
                await chaos.BusyAsync();
                await Faults[chaos.Random.Next(Faults.Length)](chaos);
                await chaos.MoreAsync(50);
            }
        }) { Rounds = (0, 80), Load = new LoadPlan { Rate = 150, Callers = 64, Work = 20, Follows = true }, Proxied = true,
            // A worker that wakes does not know which of the others is alive, and takes jobs over from it.
            Allowed = new() { ExtraRuns = 1000 },
        },
    ];
}
