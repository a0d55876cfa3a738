namespace QueueInference.Worker.Jobs;

/// <summary>So many bytes may be held at a time. Who comes first is served first, so that a large request is not overtaken for ever.</summary>
internal sealed class ByteBudget(long most)
{
    private readonly Queue<(long Bytes, TaskCompletionSource Turn)> _waiting = new();
    private readonly long _most = most;
    private long _free = most;

    /// <summary>Takes bytes, when they are free; all of them, where more are asked for than there are. Disposing gives them back.</summary>
    public async Task<IDisposable> TakeAsync(long wanted)
    {
        var taken = Math.Min(wanted, _most);
        await Turn(taken);
        return new Taken(this, taken);
    }

    private Task Turn(long wanted)
    {
        lock (_waiting)
        {
            if (_waiting.Count == 0 && wanted <= _free)
            {
                _free -= wanted;
                return Task.CompletedTask;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((wanted, turn));
            return turn.Task;
        }
    }

    private void GiveBack(long taken)
    {
        lock (_waiting)
        {
            _free += taken;
            while (_waiting.TryPeek(out var next) && next.Bytes <= _free)
            {
                _waiting.Dequeue();
                _free -= next.Bytes;
                next.Turn.SetResult();
            }
        }
    }

    private sealed class Taken(ByteBudget budget, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        public void Dispose() => budget.GiveBack(Interlocked.Exchange(ref _bytes, 0));
    }
}
