using QueueInference.Chaos.History;

namespace QueueInference.Chaos.Load;

/// <summary>Submits and reads while faults go on, and reads every job to its end after them.</summary>
internal sealed class LoadDriver(Caller caller, LoadPlan plan, RunHistory run, int seed)
{
    private const int Readers = 2;
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);
    private readonly List<JobHistory> _known = [];
    private int _number, _accepted;

    /// <summary>Jobs accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

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
    /// <param name="within">The time.</param>
    /// <param name="quiet">Whether nothing is under way any more.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task CollectAsync(TimeSpan within, Func<Task<bool>> quiet, CancellationToken cancellationToken)
    {
        var until = run.Now + within.TotalSeconds;
        var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        var known = run.Jobs.Where(job => job.Ids.Count > 0).ToList();
        do
        {
            await Parallel.ForEachAsync(known, options, (job, token) => EndAsync(job, until, token));
        }
        // 410 may still change: a job that the store lost and the queue has not runs again.
        while (run.Now < until && known.Exists(job => job.Last is not { Terminal: true }) && !await quiet());
        await Parallel.ForEachAsync(known, options, async (job, token) => await caller.ReadAsync(job, job.Ids[0], wait: 0, token));
    }

    /// <summary>Reads a job until it has ended, or is said to be lost.</summary>
    private async ValueTask EndAsync(JobHistory job, double until, CancellationToken cancellationToken)
    {
        while (job.Last is not ({ Terminal: true } or { Status: 410 }) && run.Now < until)
        {
            var seen = await caller.ReadAsync(job, job.Ids[0], wait: 5, cancellationToken);
            await Task.Delay(seen.Status == 200 ? TimeSpan.Zero : Again, cancellationToken);
        }
    }

    private async Task SubmitAsync(Task faults, CancellationToken cancellationToken)
    {
        while (!faults.IsCompleted || _number < plan.Jobs)
        {
            var number = Interlocked.Increment(ref _number);
            await PaceAsync(number, cancellationToken);
            // Neighbours have other answers; the number of all of them must not decide how long they take.
            var job = new JobHistory($"{seed}-{number}", plan.Work + (number % 1000));
            run.Jobs.Enqueue(job);
            await SubmitAsync(job, once: number % 100 < plan.Once * 100, cancellationToken);
            if (plan.Follows && job.Acknowledged)
            {
                await caller.ReadAsync(job, job.Ids[0], wait: 5, cancellationToken);
            }
        }
    }

    private async Task SubmitAsync(JobHistory job, bool once, CancellationToken cancellationToken)
    {
        var until = run.Now + plan.GiveUp.TotalSeconds;
        while (!(await TryAsync(job, cancellationToken)).Answered && !once && run.Now < until)
        {
            await Task.Delay(Again, cancellationToken);
        }
    }

    private async Task<Attempt> TryAsync(JobHistory job, CancellationToken cancellationToken)
    {
        var (known, accepted) = (job.Ids.Count > 0, job.Acknowledged);
        var attempt = await caller.SubmitAsync(job, cancellationToken);
        if (!accepted && attempt.Acknowledged)
        {
            Interlocked.Increment(ref _accepted);
        }

        if (!known && attempt.JobId is not null)
        {
            lock (_known)
            {
                _known.Add(job);
            }
        }

        return attempt;
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
                if (Any(random) is { } job)
                {
                    await caller.ReadAsync(job, job.Ids[0], wait: random.Next(2), cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }
    }

    private JobHistory? Any(Random random)
    {
        lock (_known)
        {
            return _known.Count > 0 ? _known[random.Next(_known.Count)] : null;
        }
    }
}
