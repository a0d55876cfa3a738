using QueueInference.Chaos.Lab;
using QueueInference.Chaos.Load;

namespace QueueInference.Chaos.Scenarios;

/// <summary>No room is left on the disk of a server, and then there is again.</summary>
internal static class FullDisks
{
    /// <summary>Bytes: less than the limit with which RabbitMQ is started here, and more than it writes meanwhile.</summary>
    private const long BrokerRoom = 30_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static IEnumerable<Scenario> All =>
    [
        new("23", "broker-disk-full", "RabbitMQ's disk has less room than its disk_free_limit: new jobs are 503 until it has more", async chaos =>
        {
            var disk = await chaos.Servers.ShrinkBrokerAsync();
            await chaos.Cluster.StartAsync();
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(30);
                await chaos.FaultAsync("fill the broker's disk", () => FillBrokerAsync(chaos, disk));
            }
        }) { Rounds = (0, 5), StartsHosts = true, Load = new LoadPlan { Once = 0.5 } },

        new("23", "store-disk-full", "no room for Redis' append-only file: writes are 503 until there is, and nothing accepted is lost", async chaos =>
        {
            var disk = await chaos.Servers.ShrinkStoreAsync();
            await chaos.Cluster.StartAsync();
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(30);
                await chaos.BusyAsync();
                await chaos.FaultAsync("fill the store's disk", () => FillStoreAsync(chaos, disk));
            }
        }) { Rounds = (0, 5), StartsHosts = true, Load = new LoadPlan { Once = 0.5 } },
    ];

    private static async Task<(string?, int)> FillStoreAsync(ChaosContext chaos, SmallDisk disk)
    {
        var from = chaos.Run.Now;
        try
        {
            var filled = disk.Fill();
            await RefusedAsync(chaos, from);
            await chaos.PauseAsync(1, 4);
            var info = (string?)await chaos.Servers.Store.GetDatabase().ExecuteAsync("INFO", "persistence");
            var failed = info!.Contains("aof_last_write_status:err", StringComparison.Ordinal);
            return (failed ? $"{filled} bytes took all room, {Refused(chaos, from)} submissions refused" : null, await chaos.Store.RunningAsync());
        }
        finally
        {
            disk.Free();
        }
    }

    /// <summary>Not to the last byte: without the limit, RabbitMQ's log ends at a write that fails, and takes nothing until it is started again.</summary>
    private static async Task<(string?, int)> FillBrokerAsync(ChaosContext chaos, SmallDisk disk)
    {
        var from = chaos.Run.Now;
        try
        {
            var filled = disk.Fill(left: BrokerRoom);
            await RefusedAsync(chaos, from);
            await chaos.PauseAsync(1, 4);
            return ($"{filled} bytes were taken, {Refused(chaos, from)} submissions refused", await chaos.Store.RunningAsync());
        }
        finally
        {
            disk.Free();
        }
    }

    private static Task RefusedAsync(ChaosContext chaos, double from) =>
        Wait.UntilAsync(() => Task.FromResult(Refused(chaos, from) > 0), Patience, "a submission to be refused");

    private static int Refused(ChaosContext chaos, double from) =>
        chaos.Run.Jobs.Sum(job => job.Attempts.Count(attempt => attempt.At > from && attempt.Status == 503));
}
