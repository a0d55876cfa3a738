using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using QueueInference.Api.Results;
using QueueInference.Contracts;
using Xunit;

namespace QueueInference.Tests.Api.Results;

public sealed class InferenceResponseWriterTests
{
    public static TheoryData<TensorDatatype, byte[], string> Elements => new()
    {
        { TensorDatatype.Bool, [0, 1], "[false,true]" },
        { TensorDatatype.UInt8, [0, 255], "[0,255]" },
        { TensorDatatype.Int8, [0x80, 127], "[-128,127]" },
        { TensorDatatype.UInt16, Bytes<ushort>(1, 65535), "[1,65535]" },
        { TensorDatatype.Int16, Bytes<short>(-1, 32767), "[-1,32767]" },
        { TensorDatatype.UInt32, Bytes(1u, uint.MaxValue), "[1,4294967295]" },
        { TensorDatatype.Int32, Bytes(-1, int.MinValue), "[-1,-2147483648]" },
        { TensorDatatype.UInt64, Bytes(1ul, ulong.MaxValue), "[1,18446744073709551615]" },
        { TensorDatatype.Int64, Bytes(-1L, long.MinValue), "[-1,-9223372036854775808]" },
        { TensorDatatype.Fp16, Bytes((Half)0.5, Half.NaN), "[0.5,null]" },
        { TensorDatatype.Bf16, [0xC0, 0x3F, 0x80, 0x7F], "[1.5,null]" },
        { TensorDatatype.Fp32, Bytes(0.1f, float.PositiveInfinity), "[0.1,null]" },
        { TensorDatatype.Fp64, Bytes(0.1, double.NegativeInfinity), "[0.1,null]" },
        { TensorDatatype.Bytes, [2, 0, 0, 0, (byte)'a', (byte)'"', 0, 0, 0, 0], """["a\u0022",""]""" },
    };

    [Theory]
    [MemberData(nameof(Elements))]
    public void Write_EachDatatype_WritesItsElements(TensorDatatype datatype, byte[] data, string expected)
    {
        var json = Json(new("digits", 3, null, [new Tensor("y", datatype, [2], data)]));

        Assert.Equal(
            $$"""{"model_name":"digits","model_version":"3","outputs":[{"name":"y","datatype":"{{datatype.ProtocolName()}}","shape":[2],"data":{{expected}}}]}""",
            json);
    }

    [Fact]
    public void Write_Id_IsIncluded() => Assert.Contains("\"id\":\"j1\"", Json(new("m", 1, "j1", [])), StringComparison.Ordinal);

    [Fact]
    public void Write_ScalarAndEmpty_HaveOneElementAndNone()
    {
        var json = Json(new("m", 1, null, [new("s", TensorDatatype.UInt8, [], new byte[] { 7 }), new("e", TensorDatatype.Fp32, [0, 3], default)]));

        Assert.Contains("\"shape\":[],\"data\":[7]", json, StringComparison.Ordinal);
        Assert.Contains("\"shape\":[0,3],\"data\":[]", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_StringThatIsNotUtf8_StaysJson()
    {
        var json = Json(new("m", 1, null, [new("s", TensorDatatype.Bytes, [1], new byte[] { 2, 0, 0, 0, 0xC3, 0x28 })]));

        Assert.Equal(1, JsonDocument.Parse(json).RootElement.GetProperty("outputs")[0].GetProperty("data").GetArrayLength());
    }

    [Fact]
    public void WriteBinary_TwoOutputs_PutsTheTensorsBehindTheJson()
    {
        var body = new ArrayBufferWriter<byte>();

        var length = InferenceResponseWriter.WriteBinary(body, new("m", 1, null, [
            new("a", TensorDatatype.Fp32, [1], Bytes(1f)), new("b", TensorDatatype.UInt8, [2], new byte[] { 8, 9 })]));

        Assert.Equal(
            """{"model_name":"m","model_version":"1","outputs":[{"name":"a","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}},{"name":"b","datatype":"UINT8","shape":[2],"parameters":{"binary_data_size":2}}]}""",
            Encoding.UTF8.GetString(body.WrittenSpan[..length]));
        Assert.Equal([.. Bytes(1f), 8, 9], body.WrittenSpan[length..].ToArray());
    }

    private static string Json(InferenceResponse response)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            InferenceResponseWriter.Write(json, response);
        }

        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    private static byte[] Bytes<T>(params T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
