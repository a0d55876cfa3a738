using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Api.Submitting;
using QueueInference.Core.DeadLetters;
using QueueInference.Core.Messaging;

namespace QueueInference.Api.DeadLetters;

/// <summary>What one call did to many letters.</summary>
/// <param name="Done">How many were sent on, or deleted.</param>
/// <param name="Skipped">How many have no queue to go to.</param>
/// <param name="More">Whether the call should be repeated for the rest.</param>
internal sealed record DeadLetterSweep(int Done, int Skipped, bool More);

/// <summary>Sends dead letters to their queues again, or deletes them.</summary>
/// <remarks>A letter is removed only when the broker has confirmed it, so it may be sent twice, never lost: a job that comes twice runs once.</remarks>
internal sealed class DeadLetterDesk(DeadLetterStore store, IJobBus bus, BrokerGate gate, TimeProvider time, ILogger<DeadLetterDesk> logger)
{
    /// <summary>Most letters of one call.</summary>
    public const int MostPerCall = 1000;

    private const int Page = 100;

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10), PublishTimeout = TimeSpan.FromSeconds(5);

    private static readonly Problem NotFound = new("dead-letter-not-found", "There is no such dead letter, or no longer.");

    private static readonly Problem BrokerAway =
        new("broker-unavailable", "The queue does not take messages at the moment. What was not sent is kept as it was; try again.") { RetryAfter = 5 };

    /// <summary>A letter that exists.</summary>
    /// <exception cref="ProblemException">It does not.</exception>
    public Task<DeadLetter> GetAsync(string id, CancellationToken cancellationToken) => JobQueries.GuardAsync(async () =>
        await store.GetAsync(id, cancellationToken) ?? throw new ProblemException(NotFound));

    /// <summary>The body of a letter that exists.</summary>
    /// <exception cref="ProblemException">It does not.</exception>
    public Task<byte[]> GetBodyAsync(string id, CancellationToken cancellationToken) => JobQueries.GuardAsync(async () =>
        await store.GetBodyAsync(id, cancellationToken) ?? throw new ProblemException(NotFound));

    /// <summary>Sends one to its queue again; answers it as it was.</summary>
    /// <exception cref="ProblemException">There is none, it has no queue, or the broker did not take it.</exception>
    public async Task<DeadLetter> RedriveAsync(string id, CancellationToken cancellationToken)
    {
        var letter = await GetAsync(id, cancellationToken);
        if (!HasQueue(letter))
        {
            throw new ProblemException(new Problem("dead-letter-without-queue", "It is not known which queue this message came from, and this build cannot read it."));
        }

        return await SendAsync(letter, cancellationToken) ? letter : throw new ProblemException(NotFound);
    }

    /// <summary>Deletes one.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public Task<bool> DeleteAsync(string id, CancellationToken cancellationToken) => JobQueries.GuardAsync(async () =>
        await RemoveAsync([id], cancellationToken) == 1 ? true : throw new ProblemException(NotFound));

    /// <summary>Sends many to their queues again, newest first; those that come in meanwhile are left alone.</summary>
    /// <exception cref="ProblemException">The broker took none.</exception>
    public async Task<DeadLetterSweep> RedriveAllAsync(string? queue, CancellationToken cancellationToken)
    {
        var (started, refused) = (time.GetTimestamp(), 0);
        var sweep = await EachPageAsync(queue, async page =>
        {
            var sent = 0;
            foreach (var letter in page.Where(HasQueue).TakeWhile(_ => time.GetElapsedTime(started) < CallTimeout))
            {
                // One queue that takes nothing must not hold up the letters of others.
                var done = await TrySendAsync(letter, cancellationToken);
                (sent, refused) = (sent + (done == true ? 1 : 0), refused + (done is null ? 1 : 0));
            }

            return sent;
        }, cancellationToken);
        return refused > 0 && sweep.Done == 0 ? throw new ProblemException(BrokerAway) : sweep;
    }

    /// <summary>Null where its queue does not take it.</summary>
    private async Task<bool?> TrySendAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(letter, cancellationToken);
        }
        catch (ProblemException e) when (e.Problem == BrokerAway)
        {
            return null;
        }
    }

    /// <summary>Deletes many.</summary>
    public Task<DeadLetterSweep> DeleteAllAsync(string? queue, CancellationToken cancellationToken) =>
        EachPageAsync(queue, page => RemoveAsync([.. page.Select(letter => letter.Id)], cancellationToken), cancellationToken);

    private static bool HasQueue(DeadLetter letter) => letter.Queue?.StartsWith(QueueNames.RunPrefix, StringComparison.Ordinal) == true;

    private Task<DeadLetterSweep> EachPageAsync(string? queue, Func<IReadOnlyList<DeadLetter>, Task<int>> handle, CancellationToken cancellationToken) =>
        JobQueries.GuardAsync(async () =>
        {
            var started = time.GetTimestamp();
            var (seen, done, before) = (0, 0, (long?)null);
            do
            {
                (var page, before) = await store.ListAsync(queue, Page, before, cancellationToken);
                seen += page.Count;
                done += page.Count == 0 ? 0 : await handle(page);
            }
            while (before is not null && done < MostPerCall && time.GetElapsedTime(started) < CallTimeout);

            // Where nothing was done, a repeat would do nothing either.
            return new DeadLetterSweep(done, seen - done, before is not null && done > 0);
        });

    /// <summary>False where somebody else was faster.</summary>
    private async Task<bool> SendAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        if (await JobQueries.GuardAsync(() => store.GetBodyAsync(letter.Id, cancellationToken)) is not { } body)
        {
            return false;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(PublishTimeout);
        try
        {
            await (gate.IsOpen ? bus.PublishAsync(letter.Queue!, body, deadline.Token) : throw new ProblemException(BrokerAway));
        }
        catch (BrokerUnavailableException)
        {
            throw new ProblemException(BrokerAway);
        }

        await JobQueries.GuardAsync(() => store.RemoveAsync([letter.Id], cancellationToken));
        Log.Redriven(logger, letter.Id, letter.Queue!);
        return true;
    }

    private async Task<int> RemoveAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var removed = await store.RemoveAsync(ids, cancellationToken);
        if (removed > 0)
        {
            Log.Deleted(logger, removed);
        }

        return removed;
    }
}
