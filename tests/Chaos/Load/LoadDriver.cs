using QueueInference.Chaos.History;

namespace QueueInference.Chaos.Load;

/// <summary>Submits and reads while faults go on, and reads every job to its end after them.</summary>
internal sealed class LoadDriver(Caller caller, LoadPlan plan, RunHistory run, int seed)
{
    private const int Readers = 2;
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);
    private int _number;

    /// <summary>Jobs accepted so far.</summary>
    public int Accepted => run.Jobs.Count(job => job.Acknowledged);

    /// <summary>Submits until there are enough jobs and <paramref name="faults"/> has ended.</summary>
    public async Task RunAsync(Task faults, CancellationToken cancellationToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var readers = Enumerable.Range(0, Readers).Select(number => ReadAsync(new Random(seed + number), reading.Token)).ToList();
        await Task.WhenAll(Enumerable.Range(0, plan.Callers).Select(_ => SubmitAsync(faults, cancellationToken)));
        await reading.CancelAsync();
        await Task.WhenAll(readers);
    }

    /// <summary>Waits for the end of every job whose id is known, until the time is over, and then reads each once more.</summary>
    public async Task CollectAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        var until = run.Now + within.TotalSeconds;
        var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Known(), options, async (job, token) =>
        {
            // 410 may still change: a job that the store lost and the queue has not runs again.
            while (job.Last is not { Terminal: true } && run.Now < until)
            {
                var seen = await caller.ReadAsync(job, job.Ids[0], wait: 5, token);
                await Task.Delay(seen.Status == 200 ? TimeSpan.Zero : Again, token);
            }
        });
        await Parallel.ForEachAsync(Known(), options, async (job, token) => await caller.ReadAsync(job, job.Ids[0], wait: 0, token));
    }

    private IEnumerable<JobHistory> Known() => run.Jobs.Where(job => job.Ids.Count > 0);

    private async Task SubmitAsync(Task faults, CancellationToken cancellationToken)
    {
        while (!faults.IsCompleted || _number < plan.Jobs)
        {
            var number = Interlocked.Increment(ref _number);
            await PaceAsync(number, cancellationToken);
            var job = new JobHistory($"{seed}-{number}", plan.Work + number);
            run.Jobs.Enqueue(job);
            await SubmitAsync(job, once: number % 100 < plan.Once * 100, cancellationToken);
        }
    }

    private async Task SubmitAsync(JobHistory job, bool once, CancellationToken cancellationToken)
    {
        var until = run.Now + plan.GiveUp.TotalSeconds;
        while (!(await caller.SubmitAsync(job, cancellationToken)).Answered && !once && run.Now < until)
        {
            await Task.Delay(Again, cancellationToken);
        }
    }

    private async Task PaceAsync(int number, CancellationToken cancellationToken)
    {
        var wait = (number / plan.Rate) - run.Now;
        if (wait > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(wait), cancellationToken);
        }
    }

    /// <summary>Looks at jobs while faults go on: an end that has been seen must be seen again.</summary>
    private async Task ReadAsync(Random random, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(20, cancellationToken);
                if (Known().ToList() is { Count: > 0 } known)
                {
                    var job = known[random.Next(known.Count)];
                    await caller.ReadAsync(job, job.Ids[0], wait: random.Next(2), cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }
    }
}
