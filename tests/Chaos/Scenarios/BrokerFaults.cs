using QueueInference.Chaos.Load;

namespace QueueInference.Chaos.Scenarios;

/// <summary>What may happen to a RabbitMQ that lives.</summary>
internal static class BrokerFaults
{
    private const string Alarms = ", timer:sleep(300), rabbit_alarm:get_alarms().";

    public static IEnumerable<Scenario> All =>
    [
        Alarm("memory-alarm", "memory", "vm_memory_monitor:set_vm_memory_high_watermark(0.00001)", "vm_memory_monitor:set_vm_memory_high_watermark(0.4)"),
        Alarm("disk-alarm", "disk", "rabbit_disk_monitor:set_disk_free_limit(\"100000GB\")", "rabbit_disk_monitor:set_disk_free_limit(50000000)"),

        new("20", "broker-close", "the broker closes all connections, again and again", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(30);
                await CloseAsync(chaos);
            }
        }) { Rounds = (1, 10) },
    ];

    public static Task CloseAsync(ChaosContext chaos) => chaos.FaultAsync("close connections", async () =>
    {
        var held = await chaos.Store.RunningAsync();
        var closed = await chaos.Servers.Broker.ControlAsync("eval",
            "Cs = rabbit_networking:connections(), [rabbit_networking:close_connection(C, \"chaos\") || C <- Cs], length(Cs).");
        return (closed.Trim() is not ("0" or "") ? $"{closed.Trim()} connections were closed" : null, Math.Max(held, await chaos.Store.RunningAsync()));
    });

    private static Scenario Alarm(string name, string resource, string on, string off) =>
        new("5", name, $"a {resource} alarm of the broker: what is queued is run during it, what is new is 503", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(30);
                await chaos.FaultAsync($"{resource} alarm", () => BlockAsync(chaos, resource, on, off));
            }
        }) { Rounds = (1, 5), Load = new LoadPlan { Once = 0.5 } };

    /// <summary>Alarms while a backlog waits, and waits until it has gone.</summary>
    private static async Task<(string?, int)> BlockAsync(ChaosContext chaos, string resource, string on, string off)
    {
        chaos.Cluster.Workers.ToList().ForEach(worker => worker.Freeze());
        await chaos.MoreAsync(50);
        var alarms = await chaos.Servers.Broker.ControlAsync("eval", on + Alarms);
        var (from, backlog) = (chaos.Run.Now, await chaos.Store.OpenAsync());
        try
        {
            chaos.Cluster.Workers.ToList().ForEach(worker => worker.Thaw());
            await Wait.UntilAsync(() => Task.FromResult(Refused(chaos, from) > 0), TimeSpan.FromSeconds(20), "a submission to be refused");
            // What was unconfirmed when the alarm came is the sweeper's, which has a window of its own for it.
            await Wait.UntilAsync(async () => await chaos.Store.OpenAsync() == 0, TimeSpan.FromSeconds(30), "the backlog to be run during the alarm");
            return (alarms.Contains(resource, StringComparison.Ordinal) ? $"{alarms.Trim()}: {backlog} jobs ended during it, {Refused(chaos, from)} submissions refused" : null, backlog);
        }
        finally
        {
            await chaos.Servers.Broker.ControlAsync("eval", off + Alarms);
        }
    }

    private static int Refused(ChaosContext chaos, double from) =>
        chaos.Run.Jobs.Sum(job => job.Attempts.Count(attempt => attempt.At > from && attempt.Status == 503));
}
