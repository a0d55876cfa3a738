using System.Text;

namespace QueueInference.Functional.Http;

/// <summary>Bodies that are no JSON, or not the JSON that a job is.</summary>
public sealed class BadJsonTests(StandaloneServer server) : BadInputTests(server)
{
    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t ")]
    public Task Submit_NoBody_Empty(string body) => RefusesAsync(body, 400, "empty-body");

    [Theory]
    [InlineData("""{"model":"canary""")]
    [InlineData("""{"model":"canary","inputs":[""")]
    [InlineData("canary")]
    [InlineData("""{'model':'canary'}""")]
    [InlineData("""{"model":"canary",}""")]
    [InlineData("""{"model":"canary"/* canary */}""")]
    [InlineData("""{"model":"canary"} // canary""")]
    [InlineData("""{"model":"canary"}}""")]
    [InlineData("""{"model":"identity_fp32","inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"data":[NaN]}]}""")]
    [InlineData("""{"model":"identity_fp32","inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"data":[-Infinity]}]}""")]
    [InlineData("""{"model":"identity_fp32","inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"data":[01]}]}""")]
    [InlineData("{\"model\":\"a\nb\"}")]
    public Task Submit_NotJson_Malformed(string body) => RefusesAsync(body, 400, "malformed-json");

    [Fact]
    public Task Submit_GarbageAfterJob_Malformed() => RefusesAsync(Bodies.Job() + "canary", 400, "malformed-json");

    [Theory]
    [InlineData(33)]
    [InlineData(100_000)]
    public async Task Submit_DeepNesting_TooDeep(int depth)
    {
        await RefusesAsync(new string('[', depth), 400, "json-too-deep");
        await RefusesAsync(Bodies.Job(more: $",\"canary\":{new string('[', depth)}"), 400, "json-too-deep");
    }

    [Theory]
    [InlineData(""","inputs":[]""")]
    [InlineData(""","model":"canary" """)]
    [InlineData(""","metadata":{} """)]
    [InlineData(""","mod\u0065l":"canary" """)]
    public Task Submit_PropertyTwice_Duplicate(string more) => RefusesAsync(Bodies.Job(more: more), 400, "duplicate-property");

    [Theory]
    [InlineData("""{"name":"x","name":"canary","datatype":"FP32","shape":[1,2],"data":[1,2]}""")]
    [InlineData("""{"name":"x","datatype":"FP32","shape":[1,2],"shape":[1,3],"data":[1,2]}""")]
    [InlineData("""{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2],"data":[3,4]}""")]
    public Task Submit_InputPropertyTwice_Duplicate(string input) => RefusesAsync(Bodies.Job(inputs: input), 400, "duplicate-property");

    [Theory]
    [InlineData(""","canary":1""")]
    [InlineData(""","Priority":"high" """)]
    [InlineData(""","outputs":[{"name":"y","canary":1}]""")]
    [InlineData(""","webhook":{"url":"https://example.com/","canary":1}""")]
    public Task Submit_StrangeProperty_Unknown(string more) => RefusesAsync(Bodies.Job(more: more), 400, "unknown-property");

    [Fact]
    public Task Submit_StrangeInputProperty_Unknown() =>
        RefusesAsync(Bodies.Job(inputs: """{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2],"canary":1}"""), 400, "unknown-property");

    [Fact]
    public async Task Submit_NotUtf8_InvalidEncoding()
    {
        await RefusesAsync([.. "{\"model\":\""u8, 0xC3, 0x28, .. "\",\"inputs\":[]}"u8], 400, "invalid-encoding");
        await RefusesAsync([.. "{\"model\":\""u8, 0xED, 0xA0, 0x80, .. "\",\"inputs\":[]}"u8], 400, "invalid-encoding");
        await RefusesAsync(Encoding.Unicode.GetBytes(Bodies.Job()), 400, "invalid-encoding");
        await RefusesAsync(Encoding.BigEndianUnicode.GetBytes(Bodies.Job()), 400, "invalid-encoding");
        await RefusesAsync([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Bodies.Job())], 400, "invalid-encoding");
    }

    [Theory]
    [InlineData("""{"model":"\ud800","inputs":[]}""")]
    [InlineData("""{"model":"canary","inputs":[],"metadata":{"\udc00":"x"}}""")]
    public Task Submit_HalfASurrogatePair_InvalidEncoding(string body) => RefusesAsync(body, 400, "invalid-encoding");

    [Theory]
    [InlineData("""["canary"]""")]
    [InlineData("\"canary\"")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"model":"digits"}""")]
    [InlineData("""{"inputs":[]}""")]
    [InlineData("""{"model":null,"inputs":[]}""")]
    [InlineData("""{"model":7,"inputs":[]}""")]
    [InlineData("""{"model":"digits","inputs":null}""")]
    [InlineData("""{"model":"digits","inputs":"canary"}""")]
    [InlineData("""{"model":"digits","inputs":["canary"]}""")]
    [InlineData("""{"model":"digits","inputs":[{}]}""")]
    [InlineData("""{"model":"digits","inputs":[{"name":"image","datatype":"FP32","shape":"canary","data":[]}]}""")]
    [InlineData("""{"model":"digits","inputs":[{"name":"image","datatype":"FP32","shape":[1],"data":"canary"}]}""")]
    [InlineData("""{"model":"digits","inputs":[{"name":"image","datatype":"FP32","shape":[1],"data":["canary"]}]}""")]
    [InlineData("""{"model":"digits","inputs":[{"name":"image","datatype":"FP32","shape":[1],"data":[null]}]}""")]
    [InlineData("""{"model":"digits","inputs":[],"metadata":["canary"]}""")]
    [InlineData("""{"model":"digits","inputs":[],"metadata":{"order":7}}""")]
    [InlineData("""{"model":"digits","inputs":[],"webhook":"canary"}""")]
    [InlineData("""{"model":"digits","inputs":[],"webhook":{}}""")]
    [InlineData("""{"model":"digits","inputs":[],"outputs":"canary"}""")]
    [InlineData("""{"model":"digits","inputs":[],"outputs":["canary"]}""")]
    [InlineData("""{"model":"digits","inputs":[],"deadline":7}""")]
    [InlineData("""{"model":"digits","inputs":[],"result_ttl_seconds":"canary"}""")]
    public Task Submit_WrongKind_TypeMismatch(string body) => RefusesAsync(body, 400, "type-mismatch");
}
