using System.Threading.Channels;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Batching;

/// <summary>Jobs that wait for one model version. Anyone adds; only the loop's own thread takes.</summary>
internal sealed class BatchQueue
{
    private readonly Channel<HeldJob> _arrivals = Channel.CreateUnbounded<HeldJob>(new() { SingleReader = true });
    private readonly List<HeldJob> _waiting = [];
    private volatile bool _completed;

    public void Add(HeldJob job) => _arrivals.Writer.TryWrite(job);

    /// <summary>Nothing more is taken; what waits is for the drain to give back.</summary>
    public void Complete()
    {
        _completed = true;
        _arrivals.Writer.TryComplete();
    }

    /// <summary>Blocks until there is something to run, and takes what runs now; null once the queue is complete.</summary>
    /// <remarks>It never waits for a batch to grow: the batch grows while the device is busy.</remarks>
    public List<HeldJob>? Take(int maxRows)
    {
        while (!_completed)
        {
            Receive();
            if (_waiting.Count > 0)
            {
                var batch = BatchPolicy.Select(_waiting, maxRows);
                _waiting.RemoveAll(batch.Contains);
                batch.RemoveAll(job => !job.TryMove(HeldPhase.Waiting, HeldPhase.Started));
                if (batch.Count > 0)
                {
                    return batch;
                }
            }
            else if (!_arrivals.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                return null;
            }
        }

        return null;
    }

    private void Receive()
    {
        var arrived = false;
        while (_arrivals.Reader.TryRead(out var job))
        {
            _waiting.Add(job);
            arrived = true;
        }

        _waiting.RemoveAll(job => job.Phase != HeldPhase.Waiting);
        if (arrived)
        {
            // Stable, so that jobs of one millisecond keep their order.
            var ordered = _waiting.Order(Comparer<HeldJob>.Create(BatchPolicy.Compare)).ToList();
            _waiting.Clear();
            _waiting.AddRange(ordered);
        }
    }
}
