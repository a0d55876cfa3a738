using System.Text;
using QueueInference.Api.Problems;
using Xunit;
using static QueueInference.Tests.Api.Requests.RequestBodies;

namespace QueueInference.Tests.Api.Requests;

/// <summary>The bad-input table, as far as one body tells: exact slug, status and place.</summary>
public sealed class BadBodyTests
{
    private const string Big = "9223372036854775808";

    [Theory]
    // Rows 12 and 13
    [InlineData("", "empty-body", 400, null)]
    [InlineData(" \r\n\t", "empty-body", 400, null)]
    [InlineData("{", "malformed-json", 400, null)]
    [InlineData("""{"model":"m","inputs":[]""", "malformed-json", 400, null)]
    [InlineData("""{"model":"m","inputs":[]} x""", "malformed-json", 400, null)]
    [InlineData("""{"model":"m","inputs":[]}{}""", "malformed-json", 400, null)]
    [InlineData("""{"model":"m","inputs":[],}""", "malformed-json", 400, null)]
    [InlineData("{'model':'m'}", "malformed-json", 400, null)]
    [InlineData("""{/* canary7f3a */"model":"m"}""", "malformed-json", 400, null)]
    [InlineData("canary7f3a", "malformed-json", 400, null)]
    // Row 15
    [InlineData("""{"model":"m","inputs":[],"inputs":[]}""", "duplicate-property", 400, "")]
    [InlineData("""{"model":"m","inputs":[],"\u006dodel":"m"}""", "duplicate-property", 400, "")]
    [InlineData("""{"model":"m","inputs":[{"name":"x","name":"x"}]}""", "duplicate-property", 400, "/inputs/0")]
    [InlineData("""{"model":"m","metadata":{"canary7f3a":"","canary7f3a":""}}""", "duplicate-property", 400, "/metadata")]
    [InlineData("""{"model":"m","parameters":{"a":1,"a":1}}""", "duplicate-property", 400, "/parameters")]
    // Row 16
    [InlineData("""{"model":"m","inputs":[],"canary7f3a":1}""", "unknown-property", 400, "")]
    [InlineData("""{"Model":"m","inputs":[]}""", "unknown-property", 400, "")]
    [InlineData("""{"model":"m","inputs":[{"canary7f3a":1}]}""", "unknown-property", 400, "/inputs/0")]
    [InlineData("""{"model":"m","outputs":[{"canary7f3a":1}]}""", "unknown-property", 400, "/outputs/0")]
    [InlineData("""{"model":"m","webhook":{"canary7f3a":1}}""", "unknown-property", 400, "/webhook")]
    // Row 18
    [InlineData("[]", "type-mismatch", 400, "")]
    [InlineData("null", "type-mismatch", 400, "")]
    [InlineData("{}", "type-mismatch", 400, "/model")]
    [InlineData("""{"model":null}""", "type-mismatch", 400, "/model")]
    [InlineData("""{"model":7,"inputs":[]}""", "type-mismatch", 400, "/model")]
    [InlineData("""{"model":"m"}""", "type-mismatch", 400, "/inputs")]
    [InlineData("""{"model":"m","inputs":null}""", "type-mismatch", 400, "/inputs")]
    [InlineData("""{"model":"m","inputs":"canary7f3a"}""", "type-mismatch", 400, "/inputs")]
    [InlineData("""{"model":"m","inputs":["canary7f3a"]}""", "type-mismatch", 400, "/inputs/0")]
    [InlineData("""{"model":"m","inputs":[{"datatype":"FP32","shape":[1],"data":[1]}]}""", "type-mismatch", 400, "/inputs/0/name")]
    [InlineData("""{"model":"m","inputs":[{"name":"x","shape":[1],"data":[1]}]}""", "type-mismatch", 400, "/inputs/0/datatype")]
    [InlineData("""{"model":"m","inputs":[{"name":"x","datatype":"FP32","data":[1]}]}""", "type-mismatch", 400, "/inputs/0/shape")]
    [InlineData("""{"model":"m","inputs":[{"name":"x","datatype":"FP32","shape":[1]}]}""", "type-mismatch", 400, "/inputs/0/data")]
    [InlineData("""{"model":"m","inputs":[{"name":"x","datatype":"FP32","shape":"1","data":[1]}]}""", "type-mismatch", 400, "/inputs/0/shape")]
    [InlineData("""{"model":"m","inputs":[{"name":"x","datatype":"FP32","shape":["1"],"data":[1]}]}""", "type-mismatch", 400, "/inputs/0/shape")]
    [InlineData("""{"model":"m","inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"a":{}}}]}""", "type-mismatch", 400, "/inputs/0/parameters")]
    [InlineData("""{"model":"m","version":true}""", "type-mismatch", 400, "/version")]
    [InlineData("""{"model":"m","outputs":["canary7f3a"]}""", "type-mismatch", 400, "/outputs/0")]
    [InlineData("""{"model":"m","outputs":[{}]}""", "type-mismatch", 400, "/outputs/0/name")]
    [InlineData("""{"model":"m","metadata":{"a":1}}""", "type-mismatch", 400, "/metadata")]
    [InlineData("""{"model":"m","metadata":{"a":null}}""", "type-mismatch", 400, "/metadata")]
    [InlineData("""{"model":"m","idempotency_key":7}""", "type-mismatch", 400, "/idempotency_key")]
    [InlineData("""{"model":"m","idempotency_key":""}""", "invalid-idempotency-key", 400, "/idempotency_key")]
    [InlineData("""{"model":"m","idempotency_key":"canary7f3a\u0007"}""", "invalid-idempotency-key", 400, "/idempotency_key")]
    [InlineData("""{"model":"m","webhook":{}}""", "type-mismatch", 400, "/webhook/url")]
    [InlineData("""{"model":"m","webhook":"canary7f3a"}""", "type-mismatch", 400, "/webhook")]
    public void Read_BadDocument_IsRefused(string body, string slug, int status, string? pointer) =>
        AssertRefused(body, slug, status, pointer);

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData("1.")]
    [InlineData("0x1")]
    public void Read_NumberThatIsNotJson_IsMalformed(string number) => AssertRefused(Job("FP32", "[1]", $"[{number}]"), "malformed-json", 400, null);

    [Theory]
    // Rows 26 and 27
    [InlineData("FP32", "[-1,2]", "[1,2]", "invalid-shape", "shape")]
    [InlineData("FP32", "[2,-9223372036854775808]", "[1,2]", "invalid-shape", "shape")]
    [InlineData("FP32", "[-9223372036854775809]", "[1,2]", "invalid-shape", "shape")]
    [InlineData("FP32", "[1.5]", "[1]", "invalid-shape", "shape")]
    [InlineData("FP32", "[1e2]", "[1]", "invalid-shape", "shape")]
    [InlineData("FP32", "[1,1,1,1,1,1,1,1,1]", "[1]", "invalid-shape", "shape")]
    // Rows 28 to 30
    [InlineData("FP32", "[2147483648,2147483648,4]", "[1]", "shape-too-large", "shape")]
    [InlineData("FP32", "[1000000,1000000]", "[1,2,3,4]", "shape-too-large", "shape")]
    [InlineData("FP64", "[2305843009213693951]", "[1]", "shape-too-large", "shape")]
    [InlineData("FP64", "[9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807]", "[1]", "shape-too-large", "shape")]
    [InlineData("FP32", "[" + Big + "]", "[1]", "shape-too-large", "shape")]
    [InlineData("FP32", "[4611686018427387904,0,4611686018427387904]", "[]", "shape-too-large", "shape")]
    [InlineData("FP32", "[2097153]", "[1]", "shape-too-large", "shape")]
    [InlineData("BYTES", "[2097153]", "[\"\"]", "shape-too-large", "shape")]
    // Row 31
    [InlineData("FP32", "[2097152]", "[1]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[3]", "[1,2]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[1]", "[1,2]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[0]", "[1]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[]", "[]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[2,2]", "[[1,2],[3]]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[2,2]", "[[1,2,3],[4]]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[2,2]", "[[1,2],3,4]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[2,2]", "[1,[2,3],4]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[2,2]", "[[1,2]]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[1,1]", "[[1],[2],[3]]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[2,2]", "[[[1],[2]],[[3],[4]]]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[1]", "[[1]]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[1,1]", "[1,[2]]", "shape-data-mismatch", "data")]
    [InlineData("FP32", "[0,3]", "[[]]", "shape-data-mismatch", "data")]
    [InlineData("BYTES", "[2]", "[\"canary7f3a\"]", "shape-data-mismatch", "data")]
    // Row 33
    [InlineData("canary7f3a", "[1]", "[1]", "dtype-mismatch", "datatype")]
    [InlineData("fp32", "[1]", "[1]", "dtype-mismatch", "datatype")]
    [InlineData("", "[1]", "[1]", "dtype-mismatch", "datatype")]
    [InlineData("BF16", "[1]", "[1]", "dtype-mismatch", "data")]
    // Row 34
    [InlineData("UINT8", "[1]", "[300]", "number-out-of-range", "data")]
    [InlineData("UINT8", "[1]", "[-1]", "number-out-of-range", "data")]
    [InlineData("INT8", "[1]", "[128]", "number-out-of-range", "data")]
    [InlineData("UINT16", "[1]", "[65536]", "number-out-of-range", "data")]
    [InlineData("INT16", "[1]", "[32768]", "number-out-of-range", "data")]
    [InlineData("UINT32", "[1]", "[4294967296]", "number-out-of-range", "data")]
    [InlineData("INT32", "[1]", "[1.5]", "number-out-of-range", "data")]
    [InlineData("INT32", "[1]", "[1e3]", "number-out-of-range", "data")]
    [InlineData("INT32", "[1]", "[2147483648]", "number-out-of-range", "data")]
    [InlineData("INT64", "[1]", "[" + Big + "]", "number-out-of-range", "data")]
    [InlineData("UINT64", "[1]", "[18446744073709551616]", "number-out-of-range", "data")]
    [InlineData("FP16", "[1]", "[65520]", "number-out-of-range", "data")]
    [InlineData("FP32", "[1]", "[1e39]", "number-out-of-range", "data")]
    [InlineData("FP32", "[1]", "[1e999]", "number-out-of-range", "data")]
    [InlineData("FP64", "[1]", "[-1e999]", "number-out-of-range", "data")]
    // Row 38
    [InlineData("BYTES", "[1]", "[\"canary7f3a\\u0000\"]", "string-element-invalid", "data")]
    public void Read_BadTensor_IsRefused(string datatype, string shape, string data, string slug, string place) =>
        AssertRefused(Job(datatype, shape, data), slug, 422, $"/inputs/0/{place}");

    [Theory]
    [InlineData("FP32", "[1]", "[\"canary7f3a\"]")]
    [InlineData("FP32", "[1]", "[null]")]
    [InlineData("FP32", "[1]", "[{}]")]
    [InlineData("FP32", "[1]", "1")]
    [InlineData("FP32", "[1]", "null")]
    [InlineData("BOOL", "[1]", "[1]")]
    [InlineData("UINT8", "[1]", "[true]")]
    [InlineData("BYTES", "[1]", "[1]")]
    [InlineData("BYTES", "[1]", "[null]")]
    public void Read_ElementOfAnotherKind_IsATypeMismatch(string datatype, string shape, string data) =>
        AssertRefused(Job(datatype, shape, data), "type-mismatch", 400, "/inputs/0/data");

    [Theory]
    // Row 35: three bytes are AQID, four AQIDBA==
    [InlineData("UINT8", "[3]", "AQI?")]
    [InlineData("UINT8", "[3]", "AQI")]
    [InlineData("UINT8", "[3]", "AQ==")]
    [InlineData("UINT8", "[3]", "AQIDBA==")]
    [InlineData("UINT8", "[3]", "====")]
    [InlineData("UINT8", "[3]", "A===")]
    [InlineData("UINT8", "[3]", "AQID========")]
    [InlineData("UINT8", "[3]", "")]
    [InlineData("UINT8", "[2]", "AQI")]
    [InlineData("UINT8", "[3]", "A-_D")]
    [InlineData("UINT8", "[6]", "AQIDAQI\\n")]
    [InlineData("FP32", "[1]", "AQID")]
    [InlineData("BYTES", "[1]", "AQID")]
    [InlineData("BYTES", "[2]", "AAAAAA==")]
    [InlineData("BYTES", "[1]", "AQAAAA==")]
    public void Read_BadBase64_IsRefused(string datatype, string shape, string data) =>
        AssertRefused(Base64Job(datatype, shape, data), "invalid-base64", 422, "/inputs/0/data_base64");

    [Theory]
    // Row 39
    [InlineData("\"priority\":99", "priority")]
    [InlineData("\"priority\":\"canary7f3a\"", "priority")]
    [InlineData("\"priority\":\"High\"", "priority")]
    [InlineData("\"result_ttl_seconds\":-1", "result_ttl_seconds")]
    [InlineData("\"result_ttl_seconds\":0", "result_ttl_seconds")]
    [InlineData("\"result_ttl_seconds\":1.5", "result_ttl_seconds")]
    [InlineData("\"result_ttl_seconds\":604801", "result_ttl_seconds")]
    [InlineData("\"result_ttl_seconds\":99999999999999", "result_ttl_seconds")]
    [InlineData("\"deadline\":\"2026-11-22T12:00:00Z\"", "deadline")]
    [InlineData("\"deadline\":\"2026-11-29T12:00:01Z\"", "deadline")]
    [InlineData("\"deadline\":\"2026-11-23\"", "deadline")]
    [InlineData("\"deadline\":\"2026-11-23T12:00:00\"", "deadline")]
    [InlineData("\"deadline\":\"2026-11-23T12:00+01:00\"", "deadline")]
    [InlineData("\"deadline\":\"2026-13-23T12:00:00Z\"", "deadline")]
    [InlineData("\"deadline\":\"0001-01-01T00:00:00+14:00\"", "deadline")]
    [InlineData("\"deadline\":\"canary7f3a\"", "deadline")]
    // Row 40
    [InlineData("\"metadata\":{\"a\":\"b\\r\\nc\"}", "metadata")]
    [InlineData("\"metadata\":{\"a\\u0000\":\"canary7f3a\"}", "metadata")]
    [InlineData("\"metadata\":{\"\":\"canary7f3a\"}", "metadata")]
    [InlineData("\"id\":\"a.b\"", "id")]
    [InlineData("\"id\":\"canary7f3a\"", "id")]
    public void Read_BadOption_IsRefused(string property, string place) => AssertRefused(With(property), "invalid-option", 422, $"/{place}");

    [Theory]
    [InlineData("\"0\"")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("\"01\"")]
    [InlineData("\" 1\"")]
    [InlineData("\"\"")]
    [InlineData("\"canary7f3a\"")]
    [InlineData("99999999999")]
    public void Read_VersionThatCannotExist_IsNotFound(string version) =>
        AssertRefused(With($"\"version\":{version}"), "model-not-found", 404, "/version");

    [Theory]
    [InlineData(33, "[", "]")]
    [InlineData(100_000, "[", "")]
    [InlineData(33, "{\"a\":", "}")]
    public void Read_NestedTooDeep_IsRefused(int depth, string open, string close)
    {
        var nested = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));

        AssertRefused(nested, "json-too-deep", 400, null);
        AssertRefused(Job("FP32", "[1]", nested), "json-too-deep", 400, null);
    }

    [Theory]
    [InlineData("""{"model":"m","inputs":[{"name":"x","shape":[-1],"datatype":"FP32","data":[}""")]
    [InlineData("""{"model":"m","inputs":[{"name":"x","shape":[1],"datatype":"UINT8","data":[300, oops""")]
    [InlineData("""{"unknown":1,"model":"m" x}""")]
    public void Read_BrokenBehindAnotherFault_IsMalformed(string body) => AssertRefused(body, "malformed-json", 400, null);

    [Fact]
    public void Read_NestedAtTheLimit_IsNotTooDeep()
    {
        // The object, the array of inputs and the input take three of the 32.
        var nested = new string('[', 29) + "1" + new string(']', 29);

        AssertRefused(Job("FP32", "[1]", nested), "shape-data-mismatch", 422, "/inputs/0/data");
    }

    [Fact]
    public void Read_TextThatIsNotUtf8_IsAnEncodingFault()
    {
        var body = With($"\"metadata\":{{\"a\":\"{Canary}\"}}");

        AssertRefused([.. Encoding.UTF8.GetBytes(body)[..^3], 0xC3, 0x28, .. "\"}}"u8], "invalid-encoding", 400, null);
        AssertRefused(Encoding.Unicode.GetBytes(body), "invalid-encoding", 400, null);
        AssertRefused(Encoding.BigEndianUnicode.GetBytes(body), "invalid-encoding", 400, null);
        AssertRefused([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(body)], "invalid-encoding", 400, null);
        AssertRefused(Encoding.UTF32.GetBytes(body), "invalid-encoding", 400, null);
    }

    [Theory]
    [InlineData("""{"model":"\ud800"}""")]
    [InlineData("""{"\udc00":1}""")]
    [InlineData("""{"model":"m","parameters":{"a":"\ud800x"}}""")]
    [InlineData("""{"model":"m","inputs":[{"name":"x","datatype":"BYTES","shape":[1],"data":["\udc00\ud800"]}]}""")]
    public void Read_LoneSurrogate_IsAnEncodingFault(string body) => AssertRefused(body, "invalid-encoding", 400, null);

    [Fact]
    public void Read_TooMany_IsRefused()
    {
        var input = """{"name":"x","datatype":"UINT8","shape":[1],"data":[1]}""";
        var labels = Enumerable.Range(0, 17).Select(i => $"\"{i}\":\"\"");

        AssertRefused(WithInput(string.Join(',', Enumerable.Repeat(input, 65))), "input-set-mismatch", 422, "/inputs");
        AssertRefused(With($"\"outputs\":[{string.Join(',', Enumerable.Repeat("{\"name\":\"y\"}", 65))}]"), "input-set-mismatch", 422, "/outputs");
        AssertRefused(With($"\"metadata\":{{{string.Join(',', labels)}}}"), "invalid-option", 422, "/metadata");
        AssertRefused(With($"\"metadata\":{{\"a\":\"{new string('b', 257)}\"}}"), "invalid-option", 422, "/metadata");
        AssertRefused(With($"\"metadata\":{{\"{new string('b', 257)}\":\"\"}}"), "invalid-option", 422, "/metadata");
    }

    [Fact]
    public void Read_StringElementBeyondTheLimit_IsRefused()
    {
        AssertRefused(Job("BYTES", "[1]", $"[\"{new string('a', 65537)}\"]"), "string-element-invalid", 422, "/inputs/0/data");
        Assert.Equal(65536 + 4, Read(Job("BYTES", "[1]", $"[\"{new string('a', 65536)}\"]")).Inputs[0].Data.Length);
    }

    [Fact]
    public void Read_InputsTooLargeTogether_AreRefused()
    {
        var (body, length) = Binary(
            WithInput("""{"name":"x","datatype":"UINT8","shape":[5000000],"parameters":{"binary_data_size":5000000}},{"name":"y","datatype":"UINT8","shape":[5000000],"data":[]}"""),
            new byte[5_000_000]);

        var problem = Refusal(body, length);

        Assert.Equal(("shape-too-large", "/inputs/1/shape"), (problem.Slug, problem.Errors[0].Pointer));
    }

    [Fact]
    public void Read_ClaimThatTheBodyCannotFill_AllocatesLittle()
    {
        var body = Encoding.UTF8.GetBytes(Job("FP64", "[1000000]", "[1,2,3,4]"));
        Refusal(body);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Refusal(body);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Read_BrokenOnALaterLine_SaysAtWhichByte() =>
        Assert.Equal("The JSON is broken at byte 17.", Refusal("{\n \"model\": \"m\"\n,}").Detail);

    [Theory]
    [InlineData("\"data\":[1],\"data_base64\":\"AQ==\"")]
    [InlineData("\"data\":[1],\"parameters\":{\"binary_data_size\":1}")]
    [InlineData("\"parameters\":{\"binary_data_size\":1},\"data_base64\":\"AQ==\"")]
    [InlineData("\"parameters\":{\"binary_data_size\":1}")]
    public void Read_DataTwiceOrWithoutBinaryForm_IsRefused(string data) =>
        Assert.Equal("shape-data-mismatch", Refusal(WithInput($$"""{"name":"x","datatype":"UINT8","shape":[1],{{data}}}""")).Slug);

    private static void AssertRefused(string body, string slug, int status, string? pointer) =>
        AssertRefused(Encoding.UTF8.GetBytes(body), slug, status, pointer);

    private static void AssertRefused(byte[] body, string slug, int status, string? pointer)
    {
        var problem = Refusal(body);

        Assert.Equal((slug, status, pointer), (problem.Slug, problem.Type.Status, problem.Errors is [var part, ..] ? part.Pointer : null));
        Assert.DoesNotContain(Canary, RefusalText.Of(problem), StringComparison.Ordinal);
    }
}
