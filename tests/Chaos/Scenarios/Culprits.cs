using System.Globalization;
using System.Text.RegularExpressions;
using QueueInference.Chaos.History;
using QueueInference.Chaos.Load;
using QueueInference.Functional.Hosts;

namespace QueueInference.Chaos.Scenarios;

/// <summary>Callers and jobs that are the fault themselves.</summary>
internal static partial class Culprits
{
    private const int Callers = 64, MostRuns = 3;

    /// <summary>Jobs of a batch, and how often it may fail, in parts, until its culprit is alone: 32, 16, 8, 4, 2. With the halves that are well, and those that wait, that is 8 runs.</summary>
    private const int BadBatch = 32, MostSplits = 5;

    /// <summary>A machine that does other work may hand a worker its jobs so slowly that it runs the bad one among few: then another one is sent.</summary>
    private const int LeastBatch = 8, MostTries = 5;

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

        new("14", "bad-item", "a job that makes its run fail, in a large batch under load: it alone fails, and few runs are spent to find it", async chaos =>
        {
            for (var round = 0; round < chaos.Rounds; round++)
            {
                await chaos.FaultAsync("bad item", async () =>
                {
                    string? proof = null;
                    for (var tries = 0; proof is null && tries < MostTries; tries++)
                    {
                        proof = await SpoilAsync(chaos, $"bad-{round}-{tries}");
                    }

                    return (proof, 0);
                });
            }
        })
        {
            Rounds = (2, 20), Workers = 1, Model = "spins_or_fails", ModelSettings = """{"batching":{"max_batch_size":32}}""",
        },

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

    /// <summary>While the worker stands still, a backlog of more than a batch comes together on both sides of it.</summary>
    private static async Task<string?> SpoilAsync(ChaosContext chaos, string key)
    {
        var (bad, worker) = (new JobHistory(key, -1) { MustFail = "inference-failed" }, chaos.Cluster.Workers[0]);
        var before = Splits(worker).Count;
        worker.Freeze();
        try
        {
            await chaos.MoreAsync(2 * BadBatch);
            chaos.Run.Jobs.Enqueue(bad);
            await chaos.Caller.SubmitAsync(bad, chaos.Cancel);
            await chaos.MoreAsync(2 * BadBatch);
        }
        finally
        {
            worker.Thaw();
        }

        var id = bad.Ids.Single();
        await Wait.UntilAsync(async () => (await chaos.Caller.ReadAsync(bad, id, wait: 5, chaos.Cancel)).Terminal, Patience, "the bad job to end");
        var splits = Splits(worker)[before..];
        return splits is [>= LeastBatch, ..] && splits.Count <= MostSplits && bad.Last!.Runs == 1
            ? $"batches of {string.Join(", ", splits)} failed, and then it alone" : null;
    }

    /// <summary>The sizes of the batches that failed, as the worker's log has them.</summary>
    private static List<int> Splits(HostProcess worker) =>
        [.. SplitLine().Matches(worker.Output).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex("A batch of ([0-9]+) jobs failed")]
    private static partial Regex SplitLine();

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
