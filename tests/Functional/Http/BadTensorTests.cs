namespace QueueInference.Functional.Http;

/// <summary>Tensors that are wrong in themselves, or not the model's.</summary>
public sealed class BadTensorTests(StandaloneServer server) : BadInputTests(server)
{
    [Theory]
    [InlineData("identity_fp32", "[-1,2]", "[1,2]")]
    [InlineData("identity_fp32", "[1,-2]", "[1,2]")]
    [InlineData("identity_fp32", "[1.5,2]", "[1,2,3]")]
    [InlineData("identity_fp32", "[]", "[1]")]
    [InlineData("identity_fp32", "[1,1,1,1,1,1,1,1,1]", "[1]")]
    [InlineData("scalar", "[1]", "[1]")]
    [InlineData("no_batch", "[0,3]", "[]")]
    public Task Submit_IllegalShape_Invalid(string model, string shape, string data) => RefusesShapeAsync(model, "FP32", shape, data, "invalid-shape");

    [Theory]
    [InlineData("FP32", "[2147483648,2147483648,4]")]
    [InlineData("FP32", "[1000000,1000000]")]
    [InlineData("FP64", "[2305843009213693951]")]
    [InlineData("INT64", "[9223372036854775807,9223372036854775807]")]
    [InlineData("INT8", "[99999999999999999999]")]
    [InlineData("BYTES", "[1,3000000]")]
    [InlineData("FP32", "[0,9223372036854775807,9223372036854775807]")]
    public Task Submit_HugeShape_TooLarge(string datatype, string shape) => RefusesShapeAsync("identity_fp32", datatype, shape, "[1,2,3,4]", "shape-too-large");

    [Theory]
    [InlineData("[2,2]", "[1,2,3]")]
    [InlineData("[2,2]", "[1,2,3,4,5]")]
    [InlineData("[2,2]", "[]")]
    [InlineData("[2,2]", "[[1,2],[3]]")]
    [InlineData("[2,2]", "[[1,2],3,4]")]
    [InlineData("[2,2]", "[[1,2,3,4]]")]
    [InlineData("[2,2]", "[[[1,2],[3,4]]]")]
    public Task Submit_DataNotOfShape_Mismatch(string shape, string data) => RefusesShapeAsync("identity_fp32", "FP32", shape, data, "shape-data-mismatch");

    [Theory]
    [InlineData("identity_fp32", "[2]", "[1,2]")]
    [InlineData("identity_fp32", "[1,1,2]", "[1,2]")]
    [InlineData("no_batch", "[3,2]", "[1,2,3,4,5,6]")]
    public Task Submit_ShapeNotOfModel_NotSupported(string model, string shape, string data) =>
        RefusesShapeAsync(model, "FP32", shape, data, "shape-not-supported");

    [Theory]
    [InlineData("canary", "[1]")]
    [InlineData("fp32", "[1]")]
    [InlineData("STRING", "[1]")]
    [InlineData("FP64", "[1]")]
    [InlineData("BYTES", "[\"canary\"]")]
    [InlineData("BF16", "[1]")]
    public Task Submit_DatatypeNotOfModel_Mismatch(string datatype, string data) => RefusesShapeAsync("identity_fp32", datatype, "[1,1]", data, "dtype-mismatch");

    [Theory]
    [InlineData("UINT8", "300")]
    [InlineData("UINT8", "-1")]
    [InlineData("INT32", "1.5")]
    [InlineData("INT64", "9223372036854775808")]
    [InlineData("UINT64", "18446744073709551616")]
    [InlineData("FP16", "65520")]
    [InlineData("FP32", "1e999")]
    [InlineData("FP32", "3.5e38")]
    [InlineData("FP64", "1e999")]
    public Task Submit_NumberBeyondDatatype_OutOfRange(string datatype, string number) =>
        RefusesShapeAsync($"identity_{datatype}".ToLowerInvariant(), datatype, "[1,1]", $"[{number}]", "number-out-of-range");

    [Theory]
    [InlineData("canary!!")]
    [InlineData("AAAA")]
    [InlineData("AACAPw")]
    [InlineData("AACAP===")]
    [InlineData("AACAPw======================")]
    [InlineData("AACA Pw=")]
    [InlineData("AACA_w==")]
    [InlineData("AACAPwAAgD8=")]
    public Task Submit_BadBase64_Invalid(string text) =>
        RefusesAsync(Bodies.Job(inputs: $$"""{"name":"x","datatype":"FP32","shape":[1,1],"data_base64":"{{text}}"}"""), 422, "invalid-base64");

    [Theory]
    [InlineData("identity_fp32", "")]
    [InlineData("two_in_two_out", """{"name":"a","datatype":"FP32","shape":[1,3],"data":[1,2,3]}""")]
    [InlineData("identity_fp32", """{"name":"canary","datatype":"FP32","shape":[1,1],"data":[1]}""")]
    [InlineData("identity_fp32", Bodies.Input + """,{"name":"canary","datatype":"FP32","shape":[1,1],"data":[1]}""")]
    [InlineData("identity_fp32", Bodies.Input + "," + Bodies.Input)]
    public Task Submit_OtherInputs_SetMismatch(string model, string inputs) => RefusesAsync(Bodies.Job(model, inputs), 422, "input-set-mismatch");

    [Theory]
    [InlineData("""[{"name":"y"},{"name":"y"}]""")]
    [InlineData("""[{"name":"canary"}]""")]
    public Task Submit_OtherOutputs_SetMismatch(string outputs) => RefusesAsync(Bodies.Job(more: $",\"outputs\":{outputs}"), 422, "input-set-mismatch");

    [Fact]
    public async Task Submit_TooManyInputsOrOutputs_SetMismatch()
    {
        await RefusesAsync(Bodies.Job(inputs: string.Join(',', Enumerable.Repeat(Bodies.Input, 65))), 422, "input-set-mismatch");
        await RefusesAsync(Bodies.Job(more: $",\"outputs\":[{string.Join(',', Enumerable.Repeat("""{"name":"y"}""", 65))}]"), 422, "input-set-mismatch");
    }

    [Fact]
    public Task Submit_TooManyRows_TooManyItems() =>
        RefusesShapeAsync("identity_fp32", "FP32", "[1025,1]", $"[{string.Join(',', Enumerable.Repeat('1', 1025))}]", "too-many-items");

    [Fact]
    public Task Submit_NoRows_EmptyBatch() => RefusesShapeAsync("identity_fp32", "FP32", "[0,1]", "[]", "empty-batch");

    [Fact]
    public Task Submit_RowsDiffer_NotSupported() => RefusesAsync(
        Bodies.Job("two_in_two_out", """{"name":"a","datatype":"FP32","shape":[1,3],"data":[1,2,3]},{"name":"b","datatype":"FP32","shape":[2,3],"data":[1,2,3,4,5,6]}"""),
        422, "shape-not-supported");

    [Fact]
    public async Task Submit_BadString_Invalid()
    {
        await RefusesShapeAsync("identity_bytes", "BYTES", "[1,1]", $"[\"{new string('s', (64 << 10) + 1)}\"]", "string-element-invalid");
        await RefusesShapeAsync("identity_bytes", "BYTES", "[1,1]", """["canary\u0000canary"]""", "string-element-invalid");
    }

    private Task RefusesShapeAsync(string model, string datatype, string shape, string data, string slug) =>
        RefusesAsync(Bodies.Job(model, $$"""{"name":"x","datatype":"{{datatype}}","shape":{{shape}},"data":{{data}}}"""), 422, slug);
}
