using System.Threading.Channels;
using MassTransit;

namespace QueueInference.Bench.Naive;

/// <summary>Runs each job alone.</summary>
internal sealed class OneConsumer(NaiveDevice device, NaiveResults results) : IConsumer<NaiveJob>
{
    public Task Consume(ConsumeContext<NaiveJob> context) => results.StoreAsync([context.Message], device.Run([context.Message.Data]));
}

/// <summary>Runs what MassTransit has gathered.</summary>
internal sealed class BatchConsumer(NaiveDevice device, NaiveResults results) : IConsumer<Batch<NaiveJob>>
{
    public Task Consume(ConsumeContext<Batch<NaiveJob>> context)
    {
        NaiveJob[] jobs = [.. context.Message.Select(one => one.Message)];
        return results.StoreAsync(jobs, device.Run([.. jobs.Select(job => job.Data)]));
    }
}

/// <summary>Leaves each job to <see cref="DelayedBatches"/> and waits for its end.</summary>
internal sealed class DelayConsumer(DelayedBatches batches) : IConsumer<NaiveJob>
{
    public Task Consume(ConsumeContext<NaiveJob> context) => batches.RunAsync(context.Message);
}

/// <summary>Waits a fixed time after the first job of a batch.</summary>
internal sealed class DelayedBatches
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(5);
    private readonly Channel<(NaiveJob Job, TaskCompletionSource Done)> _waiting = Channel.CreateUnbounded<(NaiveJob, TaskCompletionSource)>();
    private readonly NaiveDevice _device;
    private readonly NaiveResults _results;

    public DelayedBatches(NaiveDevice device, NaiveResults results)
    {
        (_device, _results) = (device, results);
        _ = LoopAsync();
    }

    public Task RunAsync(NaiveJob job)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Writer.TryWrite((job, done));
        return done.Task;
    }

    private async Task LoopAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            await Task.Delay(Delay);
            var batch = new List<(NaiveJob Job, TaskCompletionSource Done)>();
            while (batch.Count < NaiveWorker.MaxBatch && _waiting.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            var outputs = _device.Run([.. batch.Select(one => one.Job.Data)]);
            await _results.StoreAsync([.. batch.Select(one => one.Job)], outputs);
            batch.ForEach(one => one.Done.SetResult());
        }
    }
}
