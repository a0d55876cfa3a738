using System.Buffers;

namespace QueueInference.Chaos.Proxy;

/// <summary>Follows both directions of one connection and decides what goes on.</summary>
internal interface ILinkFilter
{
    /// <summary>Writes what goes on; false when the connection is to be reset after it.</summary>
    bool Pass(bool fromHost, ReadOnlySpan<byte> bytes, IBufferWriter<byte> onward);
}
