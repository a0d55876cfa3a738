using System.Buffers;

namespace QueueInference.Chaos.Proxy;

/// <summary>Loses replies to scripts. Replies come in the order of the commands, so nothing may follow a lost one: its connection is reset.</summary>
internal sealed class RespFilter(Losses losses) : ILinkFilter
{
    private readonly object _gate = new();
    private readonly RespValues _commands = new(keep: 2), _replies = new(keep: 0);

    /// <summary>For each reply that is still to come the name of the script, or null.</summary>
    private readonly Queue<string?> _awaited = new();

    /// <summary>In RESP 3 what nobody asked for is told from replies, and a subscription is answered so too.</summary>
    private bool _isThree;

    /// <summary>In RESP 2 it is not, and such a connection is not followed: hosts have another one for scripts.</summary>
    private bool _isFeed;

    public bool Pass(bool fromHost, ReadOnlySpan<byte> bytes, IBufferWriter<byte> onward)
    {
        lock (_gate)
        {
            if (fromHost)
            {
                Follow(bytes);
            }
            else if (!_isFeed)
            {
                return Reply(bytes, onward);
            }

            onward.Write(bytes);
            return true;
        }
    }

    private void Follow(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && !_isFeed)
        {
            bytes = bytes[_commands.Read(bytes, out var whole)..];
            if (whole)
            {
                Await(_commands.Kept);
            }
        }
    }

    private void Await(IReadOnlyList<string> command)
    {
        _isThree |= command is [var hello, "3", ..] && hello.Equals("HELLO", StringComparison.OrdinalIgnoreCase);
        if (!command[0].EndsWith("SUBSCRIBE", StringComparison.OrdinalIgnoreCase))
        {
            _awaited.Enqueue(ScriptNames.Of(command));
        }
        else
        {
            _isFeed = !_isThree;
        }
    }

    private bool Reply(ReadOnlySpan<byte> bytes, IBufferWriter<byte> onward)
    {
        while (bytes.Length > 0)
        {
            if (_replies.IsAtStart && bytes[0] != '>' && _awaited.TryDequeue(out var script) && script is not null
                // An error has done nothing: a script that is unknown is sent again as a whole.
                && bytes[0] != '-' && losses.Take(script) is not null)
            {
                return false;
            }

            var length = _replies.Read(bytes, out _);
            onward.Write(bytes[..length]);
            bytes = bytes[length..];
        }

        return true;
    }
}
