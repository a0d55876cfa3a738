using QueueInference.Chaos.Load;

namespace QueueInference.Chaos.Scenarios;

/// <summary>Processes end as in a power cut.</summary>
internal static class ProcessKills
{
    public static IEnumerable<Scenario> All =>
    [
        new("1", "worker-kill", "SIGKILL a worker again and again, alternating, while both hold jobs", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await (chaos.IsLong ? chaos.PauseAsync(4, 6) : chaos.PauseAsync(0.5, 2));
                await chaos.BusyAsync();
                await chaos.KillAsync(chaos.Cluster.Workers[round % 2]);
            }
        })
        {
            // A job that runs at three of the kills cannot be told from one that kills.
            ModelSettings = """{"batching":{"max_batch_size":16},"max_attempts":10}""",
            Rounds = (3, 40), LongLoad = Many(100_000, rate: 500),
        },

        new("2", "api-kill", "SIGKILL the Api between accept and answer; callers repeat with their keys", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await (chaos.IsLong ? chaos.PauseAsync(4, 6) : chaos.PauseAsync(0.5, 1.5));
                await chaos.MoreAsync(20);
                await chaos.KillAsync(chaos.Cluster.Api);
            }
        }) { Rounds = (3, 40), Load = new LoadPlan { Callers = 16 }, LongLoad = Many(50_000, rate: 400) },

        new("3", "broker-kill", "SIGKILL RabbitMQ under load, and start it again", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(30);
                await chaos.PauseAsync(0.1, 0.6);
                await KillBrokerAsync(chaos);
            }
        }) { Rounds = (1, 10), Load = new LoadPlan { Once = 0.5 }, LongLoad = Many(30_000, rate: 300) with { Once = 0.5 } },

        new("6", "store-kill", "SIGKILL Redis under load, and start it again on its append-only file", KillStoresAsync)
            { Rounds = (2, 10), Load = new LoadPlan { Once = 0.5 }, LongLoad = Many(30_000, rate: 300) with { Once = 0.5 } },

        new("6", "store-kill-always", "the same with appendfsync always", async chaos =>
        {
            chaos.Servers.Redis.Settings = ["--appendfsync", "always"];
            try
            {
                await chaos.Servers.Admin.ConfigSetAsync("appendfsync", "always");
                await KillStoresAsync(chaos);
            }
            finally
            {
                chaos.Servers.Redis.Settings = [];
                await chaos.Servers.Admin.ConfigSetAsync("appendfsync", "everysec");
            }
        }) { Rounds = (0, 10), Load = new LoadPlan { Once = 0.5 } },
    ];

    public static Task KillBrokerAsync(ChaosContext chaos) => chaos.FaultAsync("kill broker", async () =>
    {
        var ids = chaos.Servers.Broker.Ids;
        var held = await chaos.Store.RunningAsync();
        chaos.Servers.Rabbit.Kill();
        var gone = chaos.Servers.Broker.Ids.Count == 0;
        await chaos.Servers.Rabbit.RunAsync();
        return (gone && ids.Count > 0 ? $"{string.Join(", ", ids)} are gone, {string.Join(", ", chaos.Servers.Broker.Ids)} came" : null, held);
    });

    public static Task KillStoreAsync(ChaosContext chaos) => chaos.FaultAsync("kill store", async () =>
    {
        var id = chaos.Servers.Redis.Id;
        chaos.Servers.Redis.Kill();
        var gone = !Directory.Exists($"/proc/{id}");
        await chaos.PauseAsync(0.2, 3);
        await chaos.Servers.Redis.RunAsync();
        return (gone ? $"process {id} is gone, {chaos.Servers.Redis.Id} came" : null, 0);
    });

    private static async Task KillStoresAsync(ChaosContext chaos)
    {
        for (var round = 0; round < chaos.Rounds; round++)
        {
            await chaos.MoreAsync(30);
            await chaos.BusyAsync();
            await KillStoreAsync(chaos);
        }
    }

    /// <summary>So many small jobs, each waited for.</summary>
    private static LoadPlan Many(int jobs, double rate) => new() { Jobs = jobs, Rate = rate, Callers = 32, Work = 50, Follows = true };
}
