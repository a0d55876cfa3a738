using System.Runtime.InteropServices;
using System.Text;
using QueueInference.Contracts;
using Xunit;
using static QueueInference.Tests.Api.Requests.RequestBodies;

namespace QueueInference.Tests.Api.Requests;

public sealed class JobRequestReaderTests
{
    private const string Full =
        """
        { "model": "digits", "version": "3",
          "inputs": [ { "data": [[0.5, 1], [-2, 3e1]], "name": "image", "parameters": { "hint": true }, "shape": [2,2], "datatype": "FP32" } ],
          "outputs": [ { "name": "probabilities", "parameters": { "binary_data": false } } ],
          "priority": "high", "deadline": "2026-11-22T21:00:00.5+01:00", "result_ttl_seconds": 604800,
          "webhook": { "url": "https://example.com/hook?x=1", "events": ["job.succeeded","job.failed"] },
          "metadata": { "order": "4711", "caf\u00e9": "☕" }, "parameters": { "a": 1, "b": "c" } }
        """;

    public static TheoryData<TensorDatatype, string, byte[]> Elements => new()
    {
        { TensorDatatype.Bool, "[true,false]", [1, 0] },
        { TensorDatatype.UInt8, "[0,255]", [0, 255] },
        { TensorDatatype.Int8, "[-128,127]", [0x80, 127] },
        { TensorDatatype.UInt16, "[1,65535]", Bytes<ushort>(1, 65535) },
        { TensorDatatype.Int16, "[-32768,32767]", Bytes<short>(-32768, 32767) },
        { TensorDatatype.UInt32, "[1,4294967295]", Bytes(1u, uint.MaxValue) },
        { TensorDatatype.Int32, "[-2147483648,7]", Bytes(int.MinValue, 7) },
        { TensorDatatype.UInt64, "[1,18446744073709551615]", Bytes(1ul, ulong.MaxValue) },
        { TensorDatatype.Int64, "[-9223372036854775808,9223372036854775807]", Bytes(long.MinValue, long.MaxValue) },
        { TensorDatatype.Fp16, "[0.1,65504]", Bytes((Half)0.1, Half.MaxValue) },
        { TensorDatatype.Fp32, "[0.1,-3.4028235E38]", Bytes(0.1f, float.MinValue) },
        { TensorDatatype.Fp64, "[0.1,1e-400]", Bytes(0.1, 0.0) },
        { TensorDatatype.Bytes, "[\"\",\"\\u00e9\\\"\"]", [0, 0, 0, 0, 3, 0, 0, 0, 0xC3, 0xA9, (byte)'"'] },
    };

    [Fact]
    public void Read_EveryProperty_IsUnderstood()
    {
        var request = Read(Full);

        Assert.Equal(("digits", 3, JobPriority.High, 604800), (request.Model, request.Version, request.Priority, request.ResultTtlSeconds));
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 20, 0, 0, 500, TimeSpan.Zero), request.Deadline);
        Assert.Equal(["probabilities"], request.Outputs);
        Assert.Equal("https://example.com/hook?x=1", request.Webhook?.Url);
        Assert.Equal(["job.succeeded", "job.failed"], request.Webhook?.Events);
        Assert.Equal(new Dictionary<string, string> { ["order"] = "4711", ["café"] = "☕" }, request.Metadata);
        Assert.Equal(("image", TensorDatatype.Fp32), (request.Inputs[0].Name, request.Inputs[0].Datatype));
        Assert.Equal([2, 2], request.Inputs[0].Shape);
        Assert.Equal(Bytes(0.5f, 1f, -2f, 30f), request.Inputs[0].Data.ToArray());
    }

    [Fact]
    public void Read_OnlyWhatIsRequired_LeavesTheRestOpen()
    {
        var request = Read("""{"inputs":[],"model":"m","version":null,"outputs":[],"priority":null,"webhook":null,"metadata":null,"deadline":null}""");

        Assert.Equal(JobPriority.Normal, request.Priority);
        Assert.True(request is { Version: null, Outputs: null, Deadline: null, ResultTtlSeconds: null, Webhook: null, Metadata: null, Inputs.Count: 0 });
    }

    [Theory]
    [MemberData(nameof(Elements))]
    public void Read_EachDatatype_BecomesLittleEndianBytes(TensorDatatype datatype, string data, byte[] expected)
    {
        Assert.Equal(expected, Read(Job(datatype.ProtocolName(), "[2]", data)).Inputs[0].Data.ToArray());
    }

    [Theory]
    [MemberData(nameof(Elements))]
    public void Read_DataBeforeItsDescription_IsTheSame(TensorDatatype datatype, string data, byte[] expected)
    {
        var body = WithInput($$"""{"data":{{data}},"shape":[2],"datatype":"{{datatype.ProtocolName()}}","name":"x"}""");

        Assert.Equal(expected, Read(body).Inputs[0].Data.ToArray());
    }

    [Theory]
    [InlineData("[]", "[7]", 1)]
    [InlineData("[1,1]", "[7]", 1)]
    [InlineData("[1,1]", "[[7]]", 1)]
    [InlineData("[2,3]", "[[1,2,3],[4,5,6]]", 6)]
    [InlineData("[2,3]", "[1,2,3,4,5,6]", 6)]
    [InlineData("[2,1,2]", "[[[1,2]],[[3,4]]]", 4)]
    [InlineData("[0]", "[]", 0)]
    [InlineData("[2,0]", "[[],[]]", 0)]
    [InlineData("[2,0]", "[]", 0)]
    [InlineData("[0,3]", "[]", 0)]
    public void Read_FlatOrNestedData_FollowsTheShape(string shape, string data, int length) =>
        Assert.Equal(length, Read(Job("UINT8", shape, data)).Inputs[0].Data.Length);

    [Theory]
    [InlineData("UINT8", "[3]", "AQID", new byte[] { 1, 2, 3 })]
    [InlineData("BF16", "[2]", "gD8AQA==", new byte[] { 0x80, 0x3F, 0, 0x40 })]
    [InlineData("UINT8", "[3]", "\\/\\/\\/\\/", new byte[] { 255, 255, 255 })]
    [InlineData("BYTES", "[1]", "AQAAAEE=", new byte[] { 1, 0, 0, 0, 65 })]
    [InlineData("UINT8", "[0]", "", new byte[0])]
    public void Read_Base64_IsDecoded(string datatype, string shape, string data, byte[] expected) =>
        Assert.Equal(expected, Read(Base64Job(datatype, shape, data)).Inputs[0].Data.ToArray());

    [Theory]
    [InlineData("\"12\"", 12)]
    [InlineData("12", 12)]
    [InlineData("2147483647", int.MaxValue)]
    public void Read_Version_MayBeTextOrNumber(string version, int expected) => Assert.Equal(expected, Read(With($"\"version\":{version}")).Version);

    [Fact]
    public void Read_BinaryForm_TakesTensorsInOrder()
    {
        var (body, length) = Binary(
            WithInput("""
                {"name":"a","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}},
                {"name":"b","datatype":"UINT8","shape":[1],"data":[5]},
                {"name":"c","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":9}},
                {"name":"d","datatype":"BF16","shape":[0],"parameters":{"binary_data_size":0}}
                """),
            [.. Bytes(1.5f), 1, 0, 0, 0, 65, 0, 0, 0, 0]);

        var inputs = Read(body, length).Inputs;

        Assert.Equal(Bytes(1.5f), inputs[0].Data.ToArray());
        Assert.Equal([5], inputs[1].Data.ToArray());
        Assert.Equal([1, 0, 0, 0, 65, 0, 0, 0, 0], inputs[2].Data.ToArray());
        Assert.Equal(0, inputs[3].Data.Length);
    }

    [Theory]
    [InlineData("FP32", 4, 3, "shape-data-mismatch")]
    [InlineData("FP32", 4, 5, "shape-data-mismatch")]
    [InlineData("FP32", 8, 8, "shape-data-mismatch")]
    [InlineData("FP32", 3, 3, "shape-data-mismatch")]
    [InlineData("FP32", -1, 4, "shape-data-mismatch")]
    [InlineData("BYTES", 4, 4, "shape-data-mismatch")]
    [InlineData("BYTES", 8, 8, "shape-data-mismatch")]
    public void Read_BinarySizeThatDoesNotFit_IsRefused(string datatype, int size, int bytes, string slug)
    {
        var (body, length) = Binary(
            WithInput($$"""{"name":"a","datatype":"{{datatype}}","shape":[1],"parameters":{"binary_data_size":{{size}} } }"""),
            Enumerable.Repeat((byte)1, bytes).ToArray());

        Assert.Equal(slug, Refusal(body, length).Slug);
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 0xC3, 0x28 })]
    public void Read_BinaryStringThatIsNoText_IsRefused(byte[] element)
    {
        var (body, length) = Binary(
            WithInput($$"""{"name":"a","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":{{element.Length}} } }"""), element);

        Assert.Equal("string-element-invalid", Refusal(body, length).Slug);
    }

    [Fact]
    public void Read_BinaryBoolBeyondOne_IsRefused()
    {
        var (body, length) = Binary(WithInput("""{"name":"a","datatype":"BOOL","shape":[1],"parameters":{"binary_data_size":1}}"""), 2);

        Assert.Equal("number-out-of-range", Refusal(body, length).Slug);
    }

    [Theory]
    [InlineData(-1, "malformed-json")]
    [InlineData(0, "malformed-json")]
    [InlineData(1, "malformed-json")]
    [InlineData(9999, "malformed-json")]
    public void Read_HeaderLengthOutOfRange_IsMalformed(int length, string slug) => Assert.Equal(slug, Refusal(With("\"version\":1"), length).Slug);

    [Fact]
    public void Read_EveryPrefix_IsRefusedOrEmpty()
    {
        var body = Encoding.UTF8.GetBytes(Full);
        for (var length = 0; length < body.Length; length++)
        {
            Assert.Contains(Refusal(body[..length]).Slug, new[] { "empty-body", "malformed-json", "invalid-encoding" });
        }
    }

    private static byte[] Bytes<T>(params T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
