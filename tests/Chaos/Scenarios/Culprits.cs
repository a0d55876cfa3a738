using QueueInference.Chaos.History;
using QueueInference.Chaos.Load;

namespace QueueInference.Chaos.Scenarios;

/// <summary>Callers and jobs that are the fault themselves.</summary>
internal static class Culprits
{
    private const int Callers = 64, MostRuns = 3;

    /// <summary>Long enough that its process is killed while it runs.</summary>
    private const int PoisonWork = 600_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static IEnumerable<Scenario> All =>
    [
        new("12", "poison", "a job kills the process that runs it, each time: it alone fails, after its attempts, whatever batch it was in", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.MoreAsync(10);
                await chaos.FaultAsync("poison", () => PoisonAsync(chaos, round));
            }
        }) { Rounds = (1, 20), Load = new() { Rate = 20 } },

        new("13", "one-key", "64 submissions of one key at once, to two Apis whose answers from the store are lost now and then: one job", async chaos =>
        {
            await using var other = chaos.Cluster.AnotherApi();
            await other.StartAsync();
            using var caller = new Caller(other.Address, chaos.Cluster.Model, chaos.Run);
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.FaultAsync("one key", () => SubmitTogetherAsync(chaos, [chaos.Caller, caller], round));
            }
        }) { Rounds = (20, 1000), Proxied = true },
    ];

    /// <summary>No model that is worth having kills its process, so the runner does, whenever the job is charged with a run.</summary>
    private static async Task<(string?, int)> PoisonAsync(ChaosContext chaos, int round)
    {
        var (poison, held, deaths) = (new JobHistory($"poison-{round}", PoisonWork) { MustFail = "worker-crashed" }, 0, 0);
        chaos.Run.Jobs.Enqueue(poison);
        var id = (await chaos.Caller.SubmitAsync(poison, chaos.Cancel)).JobId ?? throw new InvalidOperationException("The poison was not accepted.");
        var until = chaos.Run.Now + Patience.TotalSeconds;
        while (deaths < MostRuns && chaos.Run.Now < until)
        {
            var (runs, holder) = await chaos.Store.RunOfAsync(id);
            if (runs > deaths && chaos.Cluster.Workers.FirstOrDefault(worker => worker.Id == holder) is { } worker)
            {
                held += await chaos.Store.RunningAsync();
                worker.Kill();
                worker.Launch();
                deaths++;
            }

            await Task.Delay(5, chaos.Cancel);
        }

        var end = await chaos.Caller.ReadAsync(poison, id, wait: 20, chaos.Cancel);
        return (deaths == MostRuns && end.Runs == MostRuns ? $"{deaths} processes died of it; it {end.State} as {end.Error}, workers held {held} jobs in all" : null, held);
    }

    private static async Task<(string?, int)> SubmitTogetherAsync(ChaosContext chaos, Caller[] callers, int round)
    {
        var (links, job) = (chaos.Proxies.ApiStore, new JobHistory($"one-{round}", 1000 + round));
        chaos.Run.Jobs.Enqueue(job);
        string[] scripts = ["none", "idempotency", "reserve", "confirm"];
        links.Losses.Arm(scripts[chaos.Random.Next(scripts.Length)], chaos.Random.Next(1, 4));
        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(number => callers[number % callers.Length].SubmitAsync(job, chaos.Cancel)));
        links.Losses.Disarm();
        return (job.Ids.Count < 2 ? $"{answers.Count(answer => answer.Answered)} of {Callers} accepted, {links.Losses.Count} replies lost so far" : null, 0);
    }
}
