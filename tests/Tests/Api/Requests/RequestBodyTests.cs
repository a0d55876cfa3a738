using QueueInference.Api.Requests;
using Xunit;

namespace QueueInference.Tests.Api.Requests;

public sealed class RequestBodyTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public async Task ReadAsync_LengthUnknown_HoldsAtLeastWhatItReads(int bytes)
    {
        long held = RequestBody.FirstBytes;
        using var body = await RequestBody.ReadAsync(new MemoryStream(new byte[bytes]), null, 2_000_000, TestContext.Current.CancellationToken, more => held += more);
        Assert.Equal(bytes, body.Memory.Length);
        Assert.InRange(held, bytes, Math.Max(RequestBody.FirstBytes, 4 * bytes));
    }

    [Fact]
    public async Task ReadAsync_LengthKnown_AsksForNoMore()
    {
        using var body = await RequestBody.ReadAsync(
            new MemoryStream(new byte[100_000]), 100_000, 2_000_000, TestContext.Current.CancellationToken, _ => Assert.Fail("asked"));
        Assert.Equal(100_000, body.Memory.Length);
    }
}
