using System.Threading.Channels;

namespace QueueInference.Api.Submitting;

/// <summary>Submissions of one model and priority move together. It never waits for more: a lone job goes at once, a thousand at once share the cost.</summary>
internal sealed class SubmitGroup(GroupSender sender) : IDisposable
{
    private const int MaxInFlight = 3, MaxJobs = 64, MaxBytes = 256 << 10;
    private readonly Channel<PendingSubmit> _waiting = Channel.CreateUnbounded<PendingSubmit>(new() { SingleReader = true });
    private readonly SemaphoreSlim _slots = new(MaxInFlight);

    /// <summary>Most jobs of one message, by the model's row cost.</summary>
    public int MaxGroupJobs { get; set; } = 1;

    public void Dispose() => _slots.Dispose();

    public void Add(PendingSubmit submit) => _waiting.Writer.TryWrite(submit);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            await _slots.WaitAsync(cancellationToken);
            _ = SendAsync(Take());
        }
    }

    private List<PendingSubmit> Take()
    {
        var (group, bytes) = (new List<PendingSubmit>(), 0);
        while (group.Count < Math.Min(MaxGroupJobs, MaxJobs) && _waiting.Reader.TryPeek(out var next) && (group.Count == 0 || bytes + next.Size <= MaxBytes))
        {
            _waiting.Reader.TryRead(out _);
            group.Add(next);
            bytes += next.Size;
        }

        return group;
    }

    private async Task SendAsync(List<PendingSubmit> group)
    {
        try
        {
            await sender.SendAsync(group);
        }
        finally
        {
            _slots.Release();
        }
    }
}
