using QueueInference.Api.Bulk;
using Xunit;

namespace QueueInference.Tests.Api.Bulk;

public sealed class MultipartItemsTests
{
    private const string Json = "Content-Type: application/json\r\n\r\n", Binary = "Content-Type: application/octet-stream\r\nInference-Header-Content-Length: 2\r\n";

    [Fact]
    public async Task ReadAsync_Parts_TheSameWhereverTheyAreCut()
    {
        var body = Body($"{Json}{{}}", $"{Binary}\r\n{{}}\0\r\n--\x7f", $"{Json}[1]");
        for (var place = 0; place <= body.Length; place++)
        {
            Assert.Equal(["{}", "{}\0\r\n--\x7f", "[1]"], await TextsAsync(Cut.At(body, place)));
        }

        Assert.Equal(["{}", "{}\0\r\n--\x7f", "[1]"], await TextsAsync(Cut.Everywhere(body)));
    }

    [Fact]
    public async Task ReadAsync_PartHeaders_ReadAsThoseOfASingleCall()
    {
        var items = await ItemsAsync(Body($"{Binary}Idempotency-Key: \"k 1\"\r\n\r\n{{}}"));
        var item = Assert.Single(items);
        Assert.Equal((2, "k 1"), (item.HeaderLength, item.Key));
    }

    [Theory]
    [InlineData("Content-Type: text/plain\r\n\r\n{}", "unsupported-media-type")]
    [InlineData("\r\n{}", "unsupported-media-type")]
    [InlineData("Content-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n{}", "unsupported-content-encoding")]
    [InlineData("Content-Type: application/octet-stream\r\nInference-Header-Content-Length: x\r\n\r\n{}", "malformed-json")]
    [InlineData("Content-Type: application/json\r\nIdempotency-Key:\r\n\r\n{}", "invalid-idempotency-key")]
    [InlineData("Content-Type: application/json\r\n\r\n[1234567890123456]", "payload-too-large")]
    public async Task ReadAsync_BadPart_NextIsRead(string part, string slug) =>
        Assert.Equal(["{}", $"refused {slug}", "[1]"], await TextsAsync(Cut.Everywhere(Body($"{Json}{{}}", part, $"{Json}[1]"))));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("--b\r\nContent-Type: application/json\r\n\r\n{}", "broken malformed-multipart")]
    [InlineData("--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--c--\r\n", "broken malformed-multipart")]
    [InlineData("--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\nContent-Type: application/json\r\n\r\n{", "{}", "broken malformed-multipart")]
    // Cut inside the headers of a part: what is there of them is no job's.
    [InlineData("--b\r\nContent-Type: appl", "refused unsupported-media-type", "broken malformed-multipart")]
    public async Task ReadAsync_NoLastBoundary_Broken(string body, params string[] items)
    {
        string[] expected = items.Length == 0 ? ["broken malformed-multipart"] : items;
        for (var place = 0; place <= body.Length; place++)
        {
            Assert.Equal(expected, await TextsAsync(Cut.At(body, place)));
        }
    }

    [Fact]
    public async Task ReadAsync_NoParts_Nothing() => Assert.Empty(await TextsAsync(Cut.Everywhere("--b--\r\n")));

    private static string Body(params string[] parts) => $"{string.Concat(parts.Select(part => $"--b\r\n{part}\r\n"))}--b--\r\n";

    private static Task<List<string>> TextsAsync(Stream body) => Cut.TextsAsync(MultipartItems.ReadAsync(body, "b", 16, CancellationToken.None));

    private static async Task<List<BulkItem>> ItemsAsync(string body)
    {
        var items = new List<BulkItem>();
        await foreach (var item in MultipartItems.ReadAsync(Cut.Everywhere(body), "b", 16, CancellationToken.None))
        {
            items.Add(item);
            item.Dispose();
        }

        return items;
    }
}
