namespace QueueInference.Chaos.Scenarios;

/// <summary>How processes come and go in ordinary life.</summary>
internal static class Starts
{
    public static IEnumerable<Scenario> All =>
    [
        new("15", "drain", "SIGTERM a worker under load, alternating: it ends by itself, and no job runs twice", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                var worker = chaos.Cluster.Workers[round % 2];
                await worker.ReadyAsync();
                await chaos.BusyAsync();
                await chaos.PauseAsync(0.1, 0.6);
                await chaos.FaultAsync($"SIGTERM {chaos.Cluster.NameOf(worker)}", async () =>
                {
                    var held = await chaos.Store.RunningAsync();
                    var from = chaos.Run.Now;
                    var code = await worker.TerminateAsync();
                    var took = chaos.Run.Now - from;
                    worker.Launch();
                    return (code == 0 && took < 30 ? $"ended by itself after {took:0.0} s, workers held {held} jobs" : null, 0);
                });
            }
        }) { Rounds = (3, 20) },

        new("36", "start-order", "broker, store, Api and workers start in an order that the seed decides", async chaos =>
        {
            chaos.Servers.Rabbit.Kill();
            chaos.Servers.Redis.Kill();
            (string Name, Func<Task> Start)[] parts =
            [
                ("broker", chaos.Servers.Rabbit.RunAsync),
                ("store", chaos.Servers.Redis.RunAsync),
                .. chaos.Cluster.Hosts.Select(host => (chaos.Cluster.NameOf(host), (Func<Task>)(() =>
                {
                    host.Launch();
                    return Task.CompletedTask;
                }))),
            ];
            chaos.Random.Shuffle(parts);
            foreach (var (name, start) in parts)
            {
                await chaos.FaultAsync($"start {name}", async () =>
                {
                    await start();
                    return ("started", 0);
                });
                await chaos.PauseAsync(0, 1.5);
            }

            await chaos.FaultAsync("all ready", async () =>
            {
                await Task.WhenAll(chaos.Cluster.Hosts.Select(host => host.ReadyAsync()));
                return ("every host says so, without a restart", 0);
            });
        }) { StartsHosts = true, Load = new() { Jobs = 60, Once = 0 } },
    ];
}
