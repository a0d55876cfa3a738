using System.Globalization;

namespace QueueInference.Chaos.Scenarios;

/// <summary>What may happen to a Redis that lives.</summary>
internal static class StoreFaults
{
    public static IEnumerable<Scenario> All =>
    [
        new("18", "script-flush", "SCRIPT FLUSH under load, again and again: scripts are loaded anew", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(20);
                await chaos.PauseAsync(0, 0.5);
                await ForgetScriptsAsync(chaos);
            }
        }) { Rounds = (5, 50) },

        new("7", "store-pause", "CLIENT PAUSE: Redis lives, and answers nobody for a while", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(20);
                await PauseAsync(chaos);
            }
        }) { Rounds = (2, 20), Load = new() { Once = 0.5 } },

        new("8", "store-full", "Redis at maxmemory: new jobs are refused as store-full, accepted ones end, nothing is evicted", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(30);
                await chaos.BusyAsync();
                await chaos.FaultAsync("maxmemory", () => FillAsync(chaos));
            }
        }) { Rounds = (2, 10), Load = new() { Once = 0.5 } },

        new("9", "store-flush", "FLUSHALL under load: queued jobs run all the same, ended ones are declared lost, ids stay valid", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(30);
                await chaos.BusyAsync();
                await chaos.FaultAsync("FLUSHALL", async () =>
                {
                    var keys = await chaos.Servers.Admin.DatabaseSizeAsync();
                    var held = await chaos.Store.RunningAsync();
                    await chaos.Servers.Admin.FlushAllDatabasesAsync();
                    return (keys > 0 ? $"{keys} keys are gone" : null, held);
                });
            }
        }) { Rounds = (1, 10), Allowed = new() { DeclaredLoss = true } },
    ];

    public static Task ForgetScriptsAsync(ChaosContext chaos) => chaos.FaultAsync("SCRIPT FLUSH", async () =>
    {
        var before = await InfoAsync(chaos, "memory", "number_of_cached_scripts");
        await chaos.Servers.Admin.ScriptFlushAsync();
        return (before > 0 ? $"{before} scripts were forgotten" : null, 0);
    });

    public static Task PauseAsync(ChaosContext chaos) => chaos.FaultAsync("CLIENT PAUSE", async () =>
    {
        var ms = chaos.Random.Next(2500, 5000);
        await chaos.Servers.Store.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", ms, "ALL");
        var waited = await chaos.Servers.Store.GetDatabase().PingAsync();
        return (waited.TotalMilliseconds > ms / 2d ? $"a PING took {waited.TotalSeconds:0.0} s" : null, 0);
    });

    private static async Task<(string?, int)> FillAsync(ChaosContext chaos)
    {
        var from = chaos.Run.Now;
        var evicted = await InfoAsync(chaos, "stats", "evicted_keys");
        await chaos.Servers.Admin.ConfigSetAsync("maxmemory", "1mb");
        try
        {
            await Wait.UntilAsync(() => Task.FromResult(Refused(chaos, from) > 0), TimeSpan.FromSeconds(20), "a submission to be refused as store-full");
            await Wait.UntilAsync(async () => await chaos.Store.OpenAsync() == 0, TimeSpan.FromSeconds(30), "accepted jobs to end while the store is full");
            return (await InfoAsync(chaos, "stats", "evicted_keys") == evicted ? $"{Refused(chaos, from)} refused as store-full, all accepted ended meanwhile" : null, 0);
        }
        finally
        {
            await chaos.Servers.Admin.ConfigSetAsync("maxmemory", "0");
        }
    }

    private static int Refused(ChaosContext chaos, double from) =>
        chaos.Run.Jobs.Sum(job => job.Attempts.Count(attempt => attempt.At > from && attempt.Problem == "store-full"));

    private static async Task<long> InfoAsync(ChaosContext chaos, string section, string name)
    {
        var info = await chaos.Servers.Admin.InfoAsync(section);
        return long.Parse(info.SelectMany(group => group).First(line => line.Key == name).Value, CultureInfo.InvariantCulture);
    }
}
