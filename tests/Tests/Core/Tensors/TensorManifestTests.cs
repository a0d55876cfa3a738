using QueueInference.Contracts;
using QueueInference.Core.Tensors;

namespace QueueInference.Tests.Core.Tensors;

public sealed class TensorManifestTests
{
    private static readonly Tensor[] Tensors = [new("image", TensorDatatype.Fp32, [2, 3], new byte[24]), new("größe", TensorDatatype.Bytes, [1], new byte[9])];

    [Fact]
    public void Read_AManifest_KnowsEverythingButTheData()
    {
        var entry = (ReadOnlyMemory<byte>)TensorManifest.Encode("p00abc", Tensors);
        Assert.Equal("p00abc", TensorManifest.PayloadOf(entry));
        var read = TensorCodec.Read(ref entry);
        Assert.True(entry.IsEmpty);
        Assert.Equal(
            Tensors.Select(tensor => (tensor.Name, tensor.Datatype, string.Join(',', tensor.Shape), tensor.Data.Length)),
            read.Select(tensor => (tensor.Name, tensor.Datatype, string.Join(',', tensor.Shape), tensor.Data.Length)));
        Assert.Equal("p00abc", AbsentData.PayloadOf(read));
        Assert.Throws<InvalidOperationException>(() => read[0].Data.Span.Length);
    }

    [Fact]
    public void PayloadOf_TensorsThemselves_IsNone()
    {
        Assert.Equal("", TensorManifest.PayloadOf(TensorCodec.ToArray(Tensors)));
        Assert.Equal("", TensorManifest.PayloadOf(default));
        Assert.Null(AbsentData.PayloadOf(Tensors));
    }

    [Fact]
    public void Read_AnyManifestCutShort_IsRefused()
    {
        var entry = TensorManifest.Encode("p00abc", Tensors);
        for (var length = 2; length < entry.Length; length++)
        {
            var cut = (ReadOnlyMemory<byte>)entry.AsMemory(0, length);
            Assert.Throws<InvalidDataException>(() => TensorCodec.Read(ref cut));
        }
    }
}
