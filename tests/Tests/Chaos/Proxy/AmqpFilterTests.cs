using System.Buffers;
using System.Buffers.Binary;
using QueueInference.Chaos.Proxy;

namespace QueueInference.Tests.Chaos.Proxy;

/// <summary>Exactly one ack is lost, whatever else passes and however the bytes are cut.</summary>
public sealed class AmqpFilterTests
{
    private static readonly byte[] Header = "AMQP\0\0\u0009\u0001"u8.ToArray();

    private readonly Losses _losses = new();
    private readonly AmqpFilter _filter;

    public AmqpFilterTests()
    {
        _filter = new AmqpFilter(_losses);
        Pass(true, [.. Header, .. Method(1, AmqpFrame.ConfirmSelect, 0)]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Pass_BytesInPieces_GoOnAsTheyCame(int piece)
    {
        byte[] bytes = [.. Header, .. Method(1, AmqpFrame.ConfirmSelect, 0), .. Frame(3, 1, new byte[50]), .. Frame(8, 0, [])];
        var filter = new AmqpFilter(_losses);

        var passed = bytes.Chunk(piece).SelectMany(part => Pass(filter, true, part).Bytes).ToArray();

        Assert.Equal(bytes, passed);
    }

    [Fact]
    public void Pass_NothingArmed_ConfirmsGoOn() => Assert.Equal([(1, 1ul), (1, 2ul)], Acks(Pass(false, [.. Ack(1, 1), .. Ack(1, 2)]).Bytes));

    [Fact]
    public void Pass_ConfirmIsLost_NoLaterConfirmCoversIt()
    {
        var loss = _losses.Arm(Losses.Confirm, nth: 2, resets: false);

        var passed = Pass(false, [.. Ack(1, 1), .. Ack(1, 2), .. Ack(1, 5, multiple: true), .. Ack(1, 6)]);

        Assert.Equal((true, 1), (passed.GoesOn, _losses.Count));
        Assert.True(loss.HappenedAsync(TimeSpan.Zero).IsCompleted);
        Assert.Equal([(1, 1ul), (1, 3ul), (1, 4ul), (1, 5ul), (1, 6ul)], Acks(passed.Bytes));
    }

    [Fact]
    public void Pass_ConfirmOfManyIsLost_OneOfThemIs()
    {
        _losses.Arm(Losses.Confirm, nth: 3, resets: false);

        Assert.Equal([(1, 1ul), (1, 2ul), (1, 4ul)], Acks(Pass(false, Ack(1, 4, multiple: true)).Bytes));
        Assert.Equal([(1, 5ul)], Acks(Pass(false, Ack(1, 5, multiple: true)).Bytes));
    }

    [Fact]
    public void Pass_ChannelIsOpenedAgain_CountsFromOne()
    {
        Pass(false, Ack(1, 9, multiple: true));
        Pass(true, Method(1, AmqpFrame.ConfirmSelect, 0));

        Assert.Equal([(1, 1ul), (1, 2ul)], Acks(Pass(false, Ack(1, 2, multiple: true)).Bytes));
    }

    [Fact]
    public void Pass_ConfirmIsLostWithItsConnection_EndsThere()
    {
        _losses.Arm(Losses.Confirm);

        var passed = Pass(false, [.. Ack(1, 1), .. Ack(1, 2)]);

        Assert.False(passed.GoesOn);
        Assert.Empty(passed.Bytes);
    }

    [Fact]
    public void Pass_ConsumersAckIsLost_TheBrokersAcksAreNot()
    {
        _losses.Arm(Losses.Ack);

        Assert.Equal([(1, 1ul)], Acks(Pass(false, Ack(1, 1)).Bytes));
        var passed = Pass(true, [.. Frame(8, 0, []), .. Ack(2, 7), .. Ack(2, 8)]);
        Assert.False(passed.GoesOn);
        Assert.Equal(Frame(8, 0, []), passed.Bytes);
    }

    private (bool GoesOn, byte[] Bytes) Pass(bool fromHost, byte[] bytes) => Pass(_filter, fromHost, bytes);

    private static (bool GoesOn, byte[] Bytes) Pass(AmqpFilter filter, bool fromHost, byte[] bytes)
    {
        var onward = new ArrayBufferWriter<byte>();
        var goesOn = filter.Pass(fromHost, bytes, onward);
        return (goesOn, onward.WrittenSpan.ToArray());
    }

    private static List<(int, ulong)> Acks(byte[] bytes)
    {
        var (frames, acks) = (new AmqpFrames(header: 0), new List<(int, ulong)>());
        frames.Add(bytes);
        while (frames.TryTake(out var frame))
        {
            Assert.Equal((AmqpFrame.Ack, false), (frame.Method, frame.IsMultiple));
            acks.Add((frame.Channel, frame.Tag));
        }

        return acks;
    }

    private static byte[] Ack(int channel, ulong tag, bool multiple = false)
    {
        var payload = new byte[9];
        BinaryPrimitives.WriteUInt64BigEndian(payload, tag);
        payload[8] = (byte)(multiple ? 1 : 0);
        return Method(channel, AmqpFrame.Ack, payload);
    }

    private static byte[] Method(int channel, int method, params byte[] arguments)
    {
        var payload = new byte[4 + arguments.Length];
        BinaryPrimitives.WriteInt32BigEndian(payload, method);
        arguments.CopyTo(payload, 4);
        return Frame(1, channel, payload);
    }

    private static byte[] Frame(byte type, int channel, byte[] payload)
    {
        var bytes = new byte[8 + payload.Length];
        (bytes[0], bytes[^1]) = (type, 0xCE);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1), (ushort)channel);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(3), payload.Length);
        payload.CopyTo(bytes, 7);
        return bytes;
    }
}
