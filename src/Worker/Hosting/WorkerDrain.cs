using Microsoft.Extensions.Options;
using QueueInference.Core.Hosting;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Hosting;

/// <summary>Stops without losing or repeating anything: what has not started is given back, what runs is finished.</summary>
internal sealed class WorkerDrain(
    JobIntake intake, ModelConsumers consumers, HeldJobs held, JobReleaser releaser, ServedModels served, IOptions<WorkerOptions> options, TimeProvider time, ILogger<WorkerDrain> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public async Task RunAsync()
    {
        // 1. Nothing new. The consumers stop taking messages at once, and end when what they hold is settled.
        intake.Drain();
        Failpoint.Hit(FailpointNames.Drain);
        var stopped = consumers.StopAsync();
        // 2. Give back what waits, 3. until what runs is finished; an intake in flight may still add some.
        var started = time.GetTimestamp();
        while ((!held.IsEmpty || !stopped.IsCompleted) && time.GetElapsedTime(started) < options.Value.DrainTimeout)
        {
            await releaser.ReleaseAsync(held.Jobs);
            // Nothing comes into memory any more.
            foreach (var lane in served.Lanes.Where(lane => !lane.IsResident))
            {
                lane.GiveUp();
            }

            await Task.Delay(Pause, time);
        }

        await Task.WhenAny(stopped, Task.Delay(TimeSpan.FromSeconds(5), time));
        served.Dispose();
        Log.Drained(logger, held.Jobs.Count);
    }
}
