using QueueInference.Chaos.Load;
using QueueInference.Functional.Services;

namespace QueueInference.Chaos.Scenarios;

/// <summary>What may happen to one node of a RabbitMQ of three.</summary>
internal static class BrokerNodes
{
    /// <summary>Fewer show too little, and nobody runs this one by chance.</summary>
    private const int LeastRounds = 2;

    public static IEnumerable<Scenario> All =>
    [
        new("22", "broker-nodes", "SIGKILL the node of three that leads the queue under load, and start it again, again and again", async chaos =>
        {
            await chaos.Nodes.WholeAsync();
            for (var round = 0; round < Math.Max(LeastRounds, chaos.Rounds); round++)
            {
                await chaos.MoreAsync(chaos.IsLong ? 1500 : 100);
                await chaos.FaultAsync("kill the leader", () => KillLeaderAsync(chaos, $"qi.run.{chaos.Cluster.Model}.normal"));
            }
        }) { Rounds = (0, 20), BrokerNodes = true, Load = new LoadPlan { Rate = 60, Once = 0.5 } },
    ];

    private static async Task<(string?, int)> KillLeaderAsync(ChaosContext chaos, string queue)
    {
        var leader = await chaos.Nodes.LeaderAsync(queue) ?? throw new InvalidOperationException($"Nobody leads {queue}.");
        var (id, held) = (leader.Id, await chaos.Store.RunningAsync());
        var killed = chaos.Run.Now;
        leader.Kill();
        var gone = !Directory.Exists($"/proc/{id}");
        var next = await chaos.Nodes.SuccessorAsync(queue, leader);
        held = Math.Max(held, await chaos.Store.RunningAsync());
        await chaos.MoreAsync(50);
        await BackAsync(chaos.Nodes, leader);
        return (gone ? $"{leader.Name} (process {id}) is gone, {next.Name} leads; {Gap(chaos, killed):0.0} s without a 202" : null, held);
    }

    /// <summary>With one node back and not yet in step, the loss of another would leave no majority.</summary>
    private static async Task BackAsync(RabbitMqClusterProcess nodes, RabbitMqProcess node)
    {
        await node.RunAsync();
        await nodes.WholeAsync();
    }

    private static double Gap(ChaosContext chaos, double from)
    {
        var accepted = chaos.Run.Jobs.SelectMany(job => job.Attempts).Where(attempt => attempt.Status is 200 or 202).Select(attempt => attempt.At + attempt.Took).Where(at => at > from).Order().ToList();
        return accepted.Prepend(from).Zip(accepted, (one, other) => other - one).DefaultIfEmpty().Max();
    }
}
