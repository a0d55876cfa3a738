namespace QueueInference.Functional.Http;

/// <summary>Values of every datatype come back as they were sent.</summary>
[Collection("Http")]
public sealed class DatatypeTests(StandaloneServer server)
{
    [Theory]
    [InlineData("BOOL", "[true,false]")]
    [InlineData("UINT8", "[0,255]")]
    [InlineData("UINT16", "[0,65535]")]
    [InlineData("UINT32", "[0,4294967295]")]
    [InlineData("UINT64", "[0,18446744073709551615]")]
    [InlineData("INT8", "[-128,127]")]
    [InlineData("INT16", "[-32768,32767]")]
    [InlineData("INT32", "[-2147483648,2147483647]")]
    [InlineData("INT64", "[-9223372036854775808,9223372036854775807]")]
    [InlineData("FP16", "[-0.5,65504]")]
    [InlineData("FP32", "[-1.5,0.1]")]
    [InlineData("FP64", "[-1.5,0.1]")]
    [InlineData("BYTES", """["","a b"]""")]
    public async Task Run_Identity_SameValues(string datatype, string data)
    {
        var job = await server.Client.RunAsync(Identity(datatype, "\"data\":" + data));
        Assert.Equal(data, job.Data());
    }

    [Theory]
    [InlineData("BF16", "gD8AQA==", "[1,2]")]
    [InlineData("FP32", "AACAPwAAAEA=", "[1,2]")]
    [InlineData("BYTES", "AQAAAGEBAAAAYg==", """["a","b"]""")]
    public async Task Run_Base64_SameValues(string datatype, string text, string data)
    {
        var job = await server.Client.RunAsync(Identity(datatype, $"\"data_base64\":\"{text}\""));
        Assert.Equal(data, job.Data());
    }

    [Fact]
    public async Task Run_Strings_SameText()
    {
        var job = await server.Client.RunAsync(Identity("BYTES", """ "data":["Grüße","\ud83d\ude00"] """));
        Assert.Equal(["Grüße", "😀"], job["result"]!["outputs"]![0]!["data"]!.AsArray().Select(text => text!.GetValue<string>()));
    }

    [Theory]
    [InlineData("scalar", "[]", "[2]", "[-2]")]
    [InlineData("no_batch", "[2,3]", "[1,2,3,4,5,6]", "[-1,-2,-3,-4,-5,-6]")]
    [InlineData("no_batch", "[2,3]", "[[1,2,3],[4,5,6]]", "[-1,-2,-3,-4,-5,-6]")]
    [InlineData("optional_input", "[1,3]", "[1,1,1]", "[2,3,4]")]
    public async Task Run_OddSignature_Result(string model, string shape, string data, string result)
    {
        var job = await server.Client.RunAsync(Bodies.Job(model, $$"""{"name":"x","datatype":"FP32","shape":{{shape}},"data":{{data}}}"""));
        Assert.Equal(result, job.Data());
    }

    private static string Identity(string datatype, string data) =>
        Bodies.Job($"identity_{datatype}".ToLowerInvariant(), $$"""{"name":"x","datatype":"{{datatype}}","shape":[1,2],{{data}}}""");
}
