namespace QueueInference.Api.Submitting;

/// <summary>So much may be taken at a time, without a lock.</summary>
/// <param name="most">One who asks for more than this gets it when nobody else has anything.</param>
internal sealed class Allowance(long most)
{
    private long _taken;

    /// <summary>Whether nothing is left.</summary>
    public bool IsFull => Volatile.Read(ref _taken) >= most;

    /// <summary>Whether nothing is taken.</summary>
    public bool IsEmpty => Volatile.Read(ref _taken) <= 0;

    /// <summary>Takes some, if there is room.</summary>
    public bool TryTake(long amount)
    {
        var taken = Interlocked.Add(ref _taken, amount);
        if (taken <= most || taken == amount)
        {
            return true;
        }

        Free(amount);
        return false;
    }

    /// <summary>Gives it back.</summary>
    public void Free(long amount) => Interlocked.Add(ref _taken, -amount);
}
