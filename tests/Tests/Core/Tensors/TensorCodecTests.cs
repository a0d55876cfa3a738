using System.Runtime.InteropServices;
using QueueInference.Contracts;
using QueueInference.Core.Tensors;
using QueueInference.Tests.Worker;
using Xunit;

namespace QueueInference.Tests.Core.Tensors;

public sealed class TensorCodecTests
{
    public static TheoryData<TensorDatatype> Datatypes => [.. Enum.GetValues<TensorDatatype>()];

    [Theory]
    [MemberData(nameof(Datatypes))]
    public void Read_WhatWasWritten_IsTheSame(TensorDatatype datatype)
    {
        var random = new Random(1);
        Tensor[] tensors =
        [
            TestTensors.Random(random, "image", datatype, [2, 3]),
            TestTensors.Random(random, "", datatype, [0, 7]),
            TestTensors.Random(random, "größe 😀", datatype, []),
            TestTensors.Random(random, new string('n', 65_535), datatype, [.. Enumerable.Repeat(1L, 255)]),
        ];

        AssertRoundTrip(tensors);
    }

    [Fact]
    public void Read_NoTensors_IsEmpty() => AssertRoundTrip([]);

    [Fact]
    public void Write_Layout_IsTheStoredForm()
    {
        var tensor = new Tensor("ab", TensorDatatype.Int16, [2, -1], new byte[] { 1, 2, 3 });

        Assert.Equal("01000200616207020200000000000000FFFFFFFFFFFFFFFF03000000010203", Convert.ToHexString(TensorCodec.ToArray([tensor])));
    }

    [Fact]
    public void Read_BytesThatFollow_AreLeft()
    {
        ReadOnlyMemory<byte> memory = (byte[])[.. TensorCodec.ToArray([TestTensors.Floats("x", [2], 1, 2)]), 7, 8];

        TensorCodec.Read(ref memory);

        Assert.Equal([7, 8], memory.ToArray());
    }

    [Fact]
    public void Read_Data_IsNotCopied()
    {
        var bytes = TensorCodec.ToArray([TestTensors.Floats("x", [2], 1, 2)]);
        ReadOnlyMemory<byte> memory = bytes;

        var data = Assert.Single(TensorCodec.Read(ref memory)).Data;

        Assert.True(MemoryMarshal.TryGetArray(data, out var segment));
        Assert.Same(bytes, segment.Array);
    }

    [Fact]
    public void Read_CutAnywhere_IsRefused()
    {
        var whole = TensorCodec.ToArray([TestTensors.Floats("x", [2], 1, 2), TestTensors.Strings("s", [1], "text")]);
        for (var length = 0; length < whole.Length; length++)
        {
            AssertRefused(whole[..length]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(255)]
    public void Read_UnknownDatatype_IsRefused(byte datatype)
    {
        var bytes = TensorCodec.ToArray([new Tensor("x", TensorDatatype.Bool, [], new byte[] { 1 })]);
        bytes[5] = datatype;

        AssertRefused(bytes);
    }

    [Theory]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(0x80000000u)]
    [InlineData(0xFFFFFFFFu)]
    public void Read_LengthBeyondTheBytes_IsRefused(uint length)
    {
        var bytes = TensorCodec.ToArray([new Tensor("x", TensorDatatype.Bool, [], default)]);
        BitConverter.TryWriteBytes(bytes.AsSpan(^4..), length);

        AssertRefused(bytes);
    }

    [Fact]
    public void Read_RandomBytes_ThrowsNothingElse()
    {
        var random = new Random(2);
        var valid = TensorCodec.ToArray([TestTensors.Floats("x", [2], 1, 2), TestTensors.Strings("s", [1], "text")]);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = valid.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            ReadOnlyMemory<byte> memory = bytes;
            var error = Record.Exception(() => TensorCodec.Read(ref memory));
            Assert.True(error is null or InvalidDataException, $"round {round}: {error}");
        }
    }

    [Fact]
    public void Write_NameThatDoesNotFit_Throws() => Assert.Throws<OverflowException>(
        () => TensorCodec.ToArray([new Tensor(new string('n', 65_536), TensorDatatype.Bool, [], default)]));

    private static void AssertRoundTrip(Tensor[] tensors)
    {
        ReadOnlyMemory<byte> memory = TensorCodec.ToArray(tensors);

        var read = TensorCodec.Read(ref memory);

        Assert.True(memory.IsEmpty);
        Assert.Equal(tensors.Length, read.Length);
        Assert.All(tensors.Zip(read), pair => TestTensors.AssertEqual(pair.First, pair.Second));
    }

    private static void AssertRefused(byte[] bytes)
    {
        ReadOnlyMemory<byte> memory = bytes;
        Assert.Throws<InvalidDataException>(() => TensorCodec.Read(ref memory));
    }
}
