using QueueInference.Api.Problems;

namespace QueueInference.Api.Submitting;

/// <summary>What one submission holds of the <see cref="SubmitGate"/>.</summary>
internal sealed class SubmitAdmission(SubmitGate gate, Allowance room, Allowance waiting, long bytes) : IDisposable
{
    private bool _waits;

    /// <summary>The body turns out to be longer than it said.</summary>
    /// <exception cref="ProblemException">There is no room for more.</exception>
    public void Hold(long more)
    {
        Require(room.TryTake(more));
        bytes += more;
    }

    /// <summary>The body is in.</summary>
    /// <exception cref="ProblemException">Too many wait already.</exception>
    public void Wait() => Require(_waits = waiting.TryTake(1));

    public void Dispose()
    {
        room.Free(bytes);
        if (_waits)
        {
            waiting.Free(1);
        }
    }

    private void Require(bool entered)
    {
        if (!entered)
        {
            throw new ProblemException(gate.Refusal());
        }
    }
}
