using System.Buffers;

namespace QueueInference.Chaos.Proxy;

/// <summary>Loses acks of an AMQP connection.</summary>
internal sealed class AmqpFilter(Losses losses) : ILinkFilter
{
    private readonly object _gate = new();
    private readonly AmqpFrames _fromHost = new(header: 8), _fromBroker = new(header: 0);
    private readonly Dictionary<int, Confirms> _confirms = [];

    public bool Pass(bool fromHost, ReadOnlySpan<byte> bytes, IBufferWriter<byte> onward)
    {
        lock (_gate)
        {
            var frames = fromHost ? _fromHost : _fromBroker;
            frames.Add(bytes);
            while (frames.TryTake(out var frame))
            {
                if (!(fromHost ? FromHost(frame, onward) : FromBroker(frame, onward)))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private bool FromHost(AmqpFrame frame, IBufferWriter<byte> onward)
    {
        if (frame.Method == AmqpFrame.ConfirmSelect)
        {
            // A channel may have the number of an earlier one: it counts from 1 again.
            _confirms[frame.Channel] = new Confirms();
        }

        if (frame.Method == AmqpFrame.Ack && losses.Take(Losses.Ack) is { } loss)
        {
            return !loss.Resets;
        }

        onward.Write(frame.Bytes.Span);
        return true;
    }

    private bool FromBroker(AmqpFrame frame, IBufferWriter<byte> onward)
    {
        if (frame.Method != AmqpFrame.Ack || !_confirms.TryGetValue(frame.Channel, out var confirms))
        {
            onward.Write(frame.Bytes.Span);
            return true;
        }

        // One by one, or the next frame for many would confirm the lost one as well.
        foreach (var tag in confirms.Take(frame.Tag, frame.IsMultiple))
        {
            if (losses.Take(Losses.Confirm) is not { } loss)
            {
                onward.Write(AmqpFrame.AckOf(frame.Channel, tag).Bytes.Span);
            }
            else if (loss.Resets)
            {
                return false;
            }
        }

        return true;
    }
}
