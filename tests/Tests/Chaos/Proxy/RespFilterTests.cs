using System.Buffers;
using System.Text;
using QueueInference.Chaos.Proxy;

namespace QueueInference.Tests.Chaos.Proxy;

/// <summary>The reply to one script is lost, and nothing after it is heard.</summary>
public sealed class RespFilterTests
{
    private readonly Losses _losses = new();
    private readonly RespFilter _filter;

    public RespFilterTests() => _filter = new RespFilter(_losses);

    [Fact]
    public void All_ScriptsOfTheStore_AreKnown() => Assert.Superset(new HashSet<string> { "reserve", "claim", "finish", "confirm" }, ScriptNames.All.ToHashSet());

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1000)]
    public void Pass_ReplyToAScriptIsLost_OtherRepliesBeforeItAreNot(int piece)
    {
        _losses.Arm("claim", nth: 2);
        Send(piece, Command("PING"), Script("claim"), Script("finish"), Script("claim"), Command("PING"));

        var passed = Receive(piece, "+PONG\r\n", "*2\r\n$4\r\na\r\nb\r\n*1\r\n:1\r\n", "*0\r\n", "*1\r\n$2\r\nok\r\n", "+PONG\r\n");

        Assert.Equal((false, "+PONG\r\n*2\r\n$4\r\na\r\nb\r\n*1\r\n:1\r\n*0\r\n"), passed);
        Assert.Equal(1, _losses.Count);
    }

    [Fact]
    public void Pass_ScriptIsUnknownToTheStore_TheReplyToItsTextIsLost()
    {
        _losses.Arm("reserve");
        Send(1000, Script("reserve"));
        Assert.Equal((true, "-NOSCRIPT\r\n"), Receive(1000, "-NOSCRIPT\r\n"));

        Send(1000, Command("EVAL", ScriptNames.TextOf("reserve"), "0"));

        Assert.Equal((false, ""), Receive(1000, "*0\r\n"));
    }

    [Fact]
    public void Pass_PushesOfRespThree_AreNoReplies()
    {
        _losses.Arm("claim");
        Send(1000, Command("HELLO", "3"), Command("SUBSCRIBE", "a"), Command("PING"), Script("claim"));

        var passed = Receive(1000, "%1\r\n+proto\r\n:3\r\n", ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n", "|1\r\n+ttl\r\n:9\r\n+PONG\r\n", ">2\r\n+message\r\n_\r\n", "*0\r\n");

        Assert.False(passed.GoesOn);
        Assert.EndsWith(">2\r\n+message\r\n_\r\n", passed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Pass_SubscriptionOfRespTwo_GoesOnAsItCame()
    {
        _losses.Arm("claim");
        Send(1000, Command("SUBSCRIBE", "a", "b"));

        Assert.Equal((true, "*3\r\n+subscribe\r\n+a\r\n:1\r\n"), Receive(3, "*3\r\n+subscribe\r\n+a\r\n:1\r\n"));
    }

    private void Send(int piece, params string[] commands)
    {
        var text = string.Concat(commands);

        Assert.Equal((true, text), Pass(fromHost: true, piece, text));
    }

    private (bool GoesOn, string Text) Receive(int piece, params string[] replies) => Pass(fromHost: false, piece, string.Concat(replies));

    private (bool GoesOn, string Text) Pass(bool fromHost, int piece, string text)
    {
        var onward = new ArrayBufferWriter<byte>();
        var goesOn = Encoding.UTF8.GetBytes(text).Chunk(piece).All(part => _filter.Pass(fromHost, part, onward));
        return (goesOn, Encoding.UTF8.GetString(onward.WrittenSpan));
    }

    private static string Script(string name) => Command("EVALSHA", ScriptNames.HashOf(name), "1", "key", "\r\n$3\r\n");

    private static string Command(params string[] words) =>
        $"*{words.Length}\r\n" + string.Concat(words.Select(word => $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n"));
}
