using QueueInference.Chaos.History;
using QueueInference.Chaos.Load;

namespace QueueInference.Chaos.Scenarios;

/// <summary>Jobs that run for longer than the broker waits for their acknowledge.</summary>
internal static class LongJobs
{
    /// <summary>More than the broker's patience, and still a number that the model counts to exactly.</summary>
    private const int Work = 16_000_000;

    private const int LookMs = 5_000, PatienceMs = 60_000, DefaultMs = 1_800_000, DefaultLookMs = 60_000;

    private const string TimedOut = "has timed out waiting for";

    public static IEnumerable<Scenario> All =>
    [
        new("24", "long-job", "a job runs for longer than the broker's consumer_timeout: one end, and its worker goes on", async chaos =>
        {
            await SetPatienceAsync(chaos, PatienceMs, LookMs);
            try
            {
                await chaos.Cluster.StartAsync();
                for (var round = 0; round < chaos.Rounds; round++)
                {
                    await chaos.MoreAsync(20);
                    await chaos.FaultAsync("a long job", () => RunAsync(chaos, round));
                }
            }
            finally
            {
                await SetPatienceAsync(chaos, DefaultMs, DefaultLookMs);
            }
        })
        {
            Rounds = (0, 1), StartsHosts = true, Load = new LoadPlan { Rate = 5 }, Settle = TimeSpan.FromMinutes(5),
            // What waits behind the long job goes to the other worker.
            Settings = new() { ["Jobs__MaxClaimWait"] = "00:00:20" },
            ModelSettings = """{"timeout_ms":600000,"batching":{"max_batch_size":1}}""",
        },
    ];

    private static async Task<(string?, int)> RunAsync(ChaosContext chaos, int round)
    {
        var (job, before, from) = (new JobHistory($"long-{round}", Work), TimeOuts(chaos), chaos.Run.Now);
        chaos.Run.Jobs.Enqueue(job);
        var id = (await chaos.Caller.SubmitAsync(job, chaos.Cancel)).JobId ?? throw new InvalidOperationException("The long job was not accepted.");
        var (held, until) = (0, from + TimeSpan.FromMinutes(8).TotalSeconds);
        while (job.Last is not { Terminal: true } && chaos.Run.Now < until)
        {
            held = Math.Max(held, await chaos.Store.RunningAsync());
            await chaos.Caller.ReadAsync(job, id, wait: 1, chaos.Cancel);
        }

        var timeouts = TimeOuts(chaos) - before;
        return (timeouts > 0 ? $"it {job.Last?.State} {job.Last?.Error} after {chaos.Run.Now - from:0} s in {job.Last?.Runs} runs; the broker gave up on a delivery {timeouts} times" : null, held);
    }

    /// <summary>Counts for channels that are opened from now on.</summary>
    private static Task SetPatienceAsync(ChaosContext chaos, int patience, int look) => chaos.Servers.Broker.ControlAsync("eval",
        $"application:set_env(rabbit, consumer_timeout, {patience}), application:set_env(rabbit, channel_tick_interval, {look}).");

    /// <summary>As the broker's log has it.</summary>
    private static int TimeOuts(ChaosContext chaos) => chaos.Servers.Rabbit.ReadLog().Split(TimedOut).Length - 1;
}
