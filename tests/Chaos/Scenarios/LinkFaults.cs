using QueueInference.Chaos.Proxy;

namespace QueueInference.Chaos.Scenarios;

/// <summary>What a network between processes that all live may lose, hold back or slow down.</summary>
internal static class LinkFaults
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Scripts whose every run matters to a job, by who runs them.</summary>
    private static readonly string[] ApiScripts = ["idempotency", "reserve", "confirm"], WorkerScripts = ["claim", "finish"];

    public static IEnumerable<Scenario> All =>
    [
        new("16", "lost-confirm", "the broker confirms a publish and the Api never hears of it: one job, one result", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(10);
                await chaos.FaultAsync("lose a confirm", () => LoseConfirmAsync(chaos, resets: round % 2 == 1));
            }
        }) { Rounds = (2, 200), Load = new() { Once = 0.5 }, Proxied = true },

        new("17", "lost-ack", "the broker never hears that a message was acknowledged, and delivers it again: no job runs again", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.BusyAsync();
                await chaos.FaultAsync("lose an ack", () => LoseAsync(chaos.Proxies.WorkerBroker, Losses.Ack, chaos.Random.Next(1, 5)));
                await chaos.MoreAsync(10);
            }
            // One worker: what is delivered again comes back to whoever holds it, so that not a single run is excused.
        }) { Rounds = (5, 200), Workers = 1, Proxied = true },

        new("18", "lost-replies", "the store does what a script says and nobody hears of it: another try has the same outcome", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                foreach (var (proxy, script) in ApiScripts.Select(script => (chaos.Proxies.ApiStore, script)).Concat(WorkerScripts.Select(script => (chaos.Proxies.WorkerStore, script))))
                {
                    await chaos.FaultAsync($"lose a reply to {script}", () => LoseAsync(proxy, script, chaos.Random.Next(1, 5)));
                    await chaos.MoreAsync(10);
                }
            }
        }) { Rounds = (2, 200), Load = new() { Once = 0.5 }, Proxied = true },

        Hole("hole-api-broker", "Api and broker", (1, 2), chaos => chaos.Proxies.ApiBroker),
        Hole("hole-worker-store", "workers and store", (1, 2), chaos => chaos.Proxies.WorkerStore),
        Hole("hole-worker-broker", "workers and broker", (0, 2), chaos => chaos.Proxies.WorkerBroker),
        Hole("hole-api-store", "Api and store", (0, 2), chaos => chaos.Proxies.ApiStore),

        new("20", "link-resets", "every connection of a link is reset, again and again", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(20);
                await ResetAsync(chaos, chaos.Proxies.All[round % 4]);
            }
        }) { Rounds = (4, 80), Proxied = true },

        new("21", "slow-links", "300 ms and 64 kB/s on every link: slower, and nothing fails", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(20);
                await chaos.FaultAsync("slow links", () => SlowAsync(chaos));
            }
        }) { Rounds = (0, 10), Load = new() { Rate = 10 }, Proxied = true },
    ];

    /// <summary>Bytes are taken and never delivered until the hole ends: neither end is told.</summary>
    private static Scenario Hole(string name, string between, (int, int) rounds, Func<ChaosContext, LinkProxy> link) =>
        new("20", name, $"nothing goes through between {between} for a while, and no connection ends", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(20);
                await chaos.BusyAsync();
                await (chaos.IsLong ? SwallowAsync(chaos, link(chaos), 55, 65) : SwallowAsync(chaos, link(chaos), 10, 13));
                await chaos.MoreAsync(10);
            }
        }) { Rounds = rounds, Load = new() { Once = 0.5 }, Proxied = true };

    public static Task ResetAsync(ChaosContext chaos, LinkProxy link) => chaos.FaultAsync($"reset {link.Name}", async () =>
    {
        var held = await chaos.Store.RunningAsync();
        var count = link.ResetAll();
        return (count > 0 ? $"{count} connections were reset" : null, link == chaos.Proxies.WorkerBroker ? Math.Max(held, await chaos.Store.RunningAsync()) : 0);
    });

    /// <summary>A hole of some seconds.</summary>
    public static Task SwallowAsync(ChaosContext chaos, LinkProxy link, double least, double most) => chaos.FaultAsync($"black hole: {link.Name}", async () =>
    {
        var (before, held) = (link.Weather.Swallowed, await chaos.Store.RunningAsync());
        link.Weather.Close();
        await chaos.PauseAsync(least, most);
        held += await chaos.Store.RunningAsync();
        link.Weather.Open();
        var swallowed = link.Weather.Swallowed - before;
        return (swallowed > 0 ? $"{swallowed} bytes did not go on" : null, link == chaos.Proxies.WorkerBroker || link == chaos.Proxies.WorkerStore ? held : 0);
    });

    private static async Task<(string?, int)> SlowAsync(ChaosContext chaos)
    {
        Slow(chaos, TimeSpan.FromMilliseconds(300), 64_000);
        var ping = await PingAsync(chaos);
        await chaos.MoreAsync(30);
        await chaos.BusyAsync();
        Slow(chaos, TimeSpan.Zero, 0);
        return (ping > TimeSpan.FromMilliseconds(500) ? $"a host needed {ping.TotalMilliseconds:0} ms to say that it is ready" : null, 0);
    }

    private static void Slow(ChaosContext chaos, TimeSpan latency, int rate)
    {
        foreach (var link in chaos.Proxies.All)
        {
            (link.Weather.Latency, link.Weather.BytesPerSecond) = (latency, rate);
        }
    }

    private static async Task<(string?, int)> LoseAsync(LinkProxy link, string what, int nth)
    {
        var happened = await link.Losses.Arm(what, nth).HappenedAsync(Patience);
        link.Losses.Disarm();
        return (happened ? $"between {link.Name}, number {link.Losses.Count}, and the connection was reset" : null, 0);
    }

    private static async Task<(string?, int)> LoseConfirmAsync(ChaosContext chaos, bool resets)
    {
        var (link, before) = (chaos.Proxies.ApiBroker, Unconfirmed(chaos));
        if (!await link.Losses.Arm(Losses.Confirm, chaos.Random.Next(1, 5), resets).HappenedAsync(Patience))
        {
            return (null, 0);
        }

        var how = resets ? "the connection was reset" : "the connection went on";
        return (await ComesTrueAsync(() => Unconfirmed(chaos) > before) ? $"submissions were answered as unconfirmed, {Unconfirmed(chaos) - before} at least; {how}" : null, 0);
    }

    private static int Unconfirmed(ChaosContext chaos) =>
        chaos.Run.Jobs.Sum(job => job.Attempts.Count(attempt => attempt.Problem == "enqueue-unconfirmed"));

    private static async Task<bool> ComesTrueAsync(Func<bool> condition)
    {
        try
        {
            await Wait.UntilAsync(() => Task.FromResult(condition()), Patience, "what the fault must lead to");
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>A host asks the store before it says that it is ready.</summary>
    private static async Task<TimeSpan> PingAsync(ChaosContext chaos)
    {
        var from = System.Diagnostics.Stopwatch.GetTimestamp();
        await chaos.Cluster.Api.ReadyAsync();
        return System.Diagnostics.Stopwatch.GetElapsedTime(from);
    }
}
