using System.Security.Cryptography;
using System.Text;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;
using QueueInference.Contracts;

namespace QueueInference.Tests.Api.Requests;

/// <summary>The binary form read piece by piece, beside the same body read in memory: they must agree.</summary>
public sealed class ArrivingInputsTests
{
    private const int Large = (2 << 20) + 12_344;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_AfterTheWholeBody_IsWhatMemoryWouldHold()
    {
        var body = Body(
            $$"""{"model":"m","inputs":[{{Input("a", "FP32", $"[{Large / 4}]", Large)}},{"name":"b","datatype":"UINT8","shape":[3],"data":[1,2,3]},{{Input("c", "BOOL", "[2]", 2)}}]}""",
            [.. Bytes(Large), 0, 1]);
        var (inputs, fingerprint) = await LoadAsync(body);
        var expected = RequestBodies.Read(body.All, body.HeaderLength).Inputs;
        Assert.Equal(expected.Select(input => input.Name), inputs.Select(input => input.Name));
        Assert.All(expected.Zip(inputs), pair => Assert.True(pair.First.Data.Span.SequenceEqual(pair.Second.Data.Span)));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body.All)), fingerprint);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(65_536)]
    public async Task Load_StringsAcrossPieces_AreTakenWhole(int length)
    {
        var count = Large / (length + 4);
        var data = Enumerable.Repeat(Element(new string('x', length)), count).SelectMany(x => x).ToArray();
        var body = Body($$"""{"model":"m","inputs":[{{Input("s", "BYTES", $"[{count}]", data.Length)}}]}""", data);
        Assert.Equal(data, (await LoadAsync(body)).Inputs[0].Data.ToArray());
    }

    [Theory]
    [InlineData("FP32", "[2]", 8, 7, "shape-data-mismatch", "/inputs/0/parameters/binary_data_size")]
    [InlineData("FP32", "[2]", 8, 9, "shape-data-mismatch", "/inputs")]
    [InlineData("BOOL", "[8]", 8, 8, "number-out-of-range", "/inputs/0/data")]
    [InlineData("BYTES", "[1]", 8, 8, "shape-data-mismatch", "/inputs/0/parameters/binary_data_size")]
    public async Task Load_DataThatDoesNotFit_IsRefusedAsInMemory(string datatype, string shape, int declared, int sent, string slug, string place)
    {
        var body = Body($$"""{"model":"m","inputs":[{{Input("x", datatype, shape, declared)}}]}""", Bytes(sent));
        var refusal = (await Assert.ThrowsAsync<ProblemException>(() => LoadAsync(body))).Problem;
        var inMemory = RequestBodies.Refusal(body.All, body.HeaderLength);
        Assert.Equal((slug, place), (refusal.Slug, refusal.Errors[0].Pointer));
        Assert.Equal((inMemory.Slug, inMemory.Errors[0].Pointer), (refusal.Slug, refusal.Errors[0].Pointer));
    }

    [Theory]
    [InlineData("FP32", "[3]", 8)]
    [InlineData("FP32", "[1]", 8)]
    public void Header_SizeThatIsNotTheShapes_IsRefusedBeforeTheDataIsRead(string datatype, string shape, int declared)
    {
        var body = Body($$"""{"model":"m","inputs":[{{Input("x", datatype, shape, declared)}}]}""", []);
        Assert.Equal("shape-data-mismatch", Assert.Throws<ProblemException>(() => Header(body)).Problem.Slug);
    }

    [Fact]
    public async Task Load_StringTooLong_IsRefusedOnceThatIsKnown()
    {
        var data = Element(new string('x', (64 << 10) + 1));
        var body = Body($$"""{"model":"m","inputs":[{{Input("s", "BYTES", "[1]", data.Length)}}]}""", data);
        Assert.Equal("string-element-invalid", (await Assert.ThrowsAsync<ProblemException>(() => LoadAsync(body))).Problem.Slug);
    }

    [Fact]
    public async Task Read_BodyThatStops_IsRefusedWhenItsTimeIsOver()
    {
        var body = Body($$"""{"model":"m","inputs":[{{Input("x", "FP32", "[2]", 8)}}]}""", []);
        using var over = new CancellationTokenSource();
        using var arriving = new ArrivingInputs(body.All, Header(body).Inputs, new Silence(), RequestLimits.Default, Stop);
        var reading = arriving.ReadAsync(over.Token).FirstAsync(Stop).AsTask();
        await over.CancelAsync();
        Assert.Equal("request-timeout", (await Assert.ThrowsAsync<ProblemException>(() => reading)).Problem.Slug);
    }

    private static async Task<(Tensor[] Inputs, string Fingerprint)> LoadAsync((byte[] All, int HeaderLength) body)
    {
        using var rest = new Trickle(body.All.AsMemory(body.HeaderLength));
        using var arriving = new ArrivingInputs(body.All.AsMemory(0, body.HeaderLength), Header(body).Inputs, rest, RequestLimits.Default, Stop);
        return (await arriving.LoadAsync(Stop), arriving.Fingerprint());
    }

    private static JobRequest Header((byte[] All, int HeaderLength) body) =>
        JobRequestReader.ReadHeader(body.All.AsSpan(0, body.HeaderLength), RequestBodies.Now, RequestLimits.Default);

    private static (byte[] All, int HeaderLength) Body(string json, byte[] tail) => RequestBodies.Binary(json, tail);

    private static string Input(string name, string datatype, string shape, int size) =>
        $$$"""{"name":"{{{name}}}","datatype":"{{{datatype}}}","shape":{{{shape}}},"parameters":{"binary_data_size":{{{size}}}}}""";

    private static byte[] Element(string text) => [.. BitConverter.GetBytes(text.Length), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Gives a little at a time, as a network does.</summary>
    private sealed class Trickle(ReadOnlyMemory<byte> bytes) : MemoryStream(bytes.ToArray())
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + (int)(Position % 70_001))], cancellationToken);
    }

    /// <summary>Gives nothing.</summary>
    private sealed class Silence : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
