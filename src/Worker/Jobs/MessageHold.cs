namespace QueueInference.Worker.Jobs;

/// <summary>A broker message whose jobs are not all settled yet. A redelivery of the same message waits on the same hold.</summary>
internal sealed class MessageHold(string messageId)
{
    private readonly TaskCompletionSource<bool> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open = 1;
    private volatile bool _givenBack;

    public string MessageId => messageId;

    /// <summary>Ends when every job is settled; true when the message is to be given back.</summary>
    public Task<bool> Settled => _settled.Task;

    /// <summary>One more job to wait for.</summary>
    public void Add() => Interlocked.Increment(ref _open);

    /// <summary>One job, or the intake itself, is done with this message.</summary>
    /// <param name="giveBack">The job was released, so the message must come again.</param>
    public void Settle(bool giveBack = false)
    {
        if (giveBack)
        {
            // Never written back as false: jobs settle at the same time, and one of them may just have given it back.
            _givenBack = true;
        }

        if (Interlocked.Decrement(ref _open) == 0)
        {
            _settled.TrySetResult(_givenBack);
        }
    }
}
