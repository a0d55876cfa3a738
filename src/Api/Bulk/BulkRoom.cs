namespace QueueInference.Api.Bulk;

/// <summary>
/// Bounds what all bulk calls of this process have under way together. Who finds no room reads no further, so the client is held back
/// and neither memory nor the wait of single calls grows with the number of items. Where the queue is slow there is room for fewer:
/// what waited too long for its group would be refused.
/// </summary>
/// <param name="longest">A submission that takes longer than this shows that too many are under way.</param>
/// <param name="mostItems">Never more items.</param>
/// <param name="mostBytes">Never more bytes of inputs.</param>
internal sealed class BulkRoom(TimeSpan longest, int mostItems = BulkRoom.MostItems, long mostBytes = BulkRoom.MostBytes)
{
    /// <summary>More than the submit groups of a model have in flight, so that these never run dry.</summary>
    private const int MostItems = 512;
    private const int FirstItems = 32, LeastItems = 4;
    private const long MostBytes = 32 << 20;
    private readonly Lock _lock = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Turn)> _waiting = [];
    private int _limit = Math.Min(FirstItems, mostItems), _items;
    private long _bytes;

    /// <summary>Waits for room, behind those who came before.</summary>
    /// <param name="bytes">What the item holds. One that is larger than everything allowed goes alone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task EnterAsync(long bytes, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && HasRoom(bytes))
            {
                Take(bytes);
                return Task.CompletedTask;
            }

            var place = _waiting.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
            return WaitAsync(place, cancellationToken);
        }
    }

    /// <summary>Gives room back.</summary>
    /// <param name="bytes">What it held.</param>
    /// <param name="took">How long it was under way. One more or one fewer each time doubles the room in a round trip, and halves it.</param>
    public void Leave(long bytes, TimeSpan took)
    {
        lock (_lock)
        {
            _limit = took > longest ? Math.Max(_limit - 1, Math.Min(LeastItems, mostItems)) : Math.Min(_limit + 1, mostItems);
            _items--;
            _bytes -= bytes;
            Admit();
        }
    }

    private async Task WaitAsync(LinkedListNode<(long Bytes, TaskCompletionSource Turn)> place, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister(_ => GiveUp(place, cancellationToken), null))
        {
            await place.Value.Turn.Task;
        }
    }

    private void GiveUp(LinkedListNode<(long Bytes, TaskCompletionSource Turn)> place, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Else it has been admitted already, and will leave as everyone does.
            if (place.List is not null)
            {
                _waiting.Remove(place);
                place.Value.Turn.SetCanceled(cancellationToken);
                Admit();
            }
        }
    }

    private void Admit()
    {
        while (_waiting.First is { } next && HasRoom(next.Value.Bytes))
        {
            _waiting.RemoveFirst();
            Take(next.Value.Bytes);
            next.Value.Turn.SetResult();
        }
    }

    private void Take(long bytes)
    {
        _items++;
        _bytes += bytes;
    }

    private bool HasRoom(long bytes) => _items < _limit && (_items == 0 || _bytes + bytes <= mostBytes);
}
