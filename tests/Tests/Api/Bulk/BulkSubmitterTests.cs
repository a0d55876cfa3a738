using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using QueueInference.Api.Bulk;
using QueueInference.Api.Hosting;
using QueueInference.Api.Problems;
using Xunit;

namespace QueueInference.Tests.Api.Bulk;

/// <summary>Bulks of which no item gets as far as to be submitted.</summary>
public sealed class BulkSubmitterTests
{
    private static readonly BulkForm Array = new(BulkKind.Array), Lines = new(BulkKind.Lines);

    [Fact]
    public async Task ReadAsync_MoreThanTheMost_ReadsNoFurther()
    {
        var body = new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{}\n", BulkSubmitter.MostItems + 20_000))));
        var entries = await ReadAsync(Lines, body);
        Assert.Equal(BulkSubmitter.MostItems + 1, entries.Count);
        Assert.Equal(Enumerable.Range(0, entries.Count), entries.Select(entry => entry.Index));
        Assert.All(entries.SkipLast(1), entry => Assert.Equal("type-mismatch", entry.Problem!.Slug));
        Assert.Equal("bulk-too-large", entries[^1].Problem!.Slug);
        Assert.True(body.Position < body.Length);
    }

    [Fact]
    public async Task ReadAsync_ExactlyTheMost_NoMoreEntries() =>
        Assert.Equal(BulkSubmitter.MostItems, (await ReadAsync(Array, Text($"[{string.Join(',', Enumerable.Repeat("7", BulkSubmitter.MostItems))}]"))).Count);

    [Fact]
    public async Task ReadAsync_BrokenLine_NextIsRead() =>
        Assert.Equal(["malformed-json", "type-mismatch", "invalid-encoding", "type-mismatch"],
            Slugs(await ReadAsync(Lines, new MemoryStream([.. "{canary\n{}\n"u8, 0x22, 0xff, 0x22, .. "\n7"u8]))));

    [Fact]
    public async Task ReadAsync_BrokenElement_EndsTheArray()
    {
        var entries = await ReadAsync(Array, Text("[{},7,{canary},{}]"));
        Assert.Equal(["type-mismatch", "type-mismatch", "malformed-json"], Slugs(entries));
        Assert.Contains("nothing after it was read", entries[^1].Problem!.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", entries[^1].Problem!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_BodyEndsEarly_LastEntrySaysSo() => Assert.Equal(["type-mismatch", "malformed-json"], Slugs(await ReadAsync(Array, Text("[{},{"))));

    [Theory]
    [InlineData("{}", "type-mismatch")]
    [InlineData("", "empty-body")]
    [InlineData("[{canary}]", "malformed-json")]
    public async Task ReadAsync_BrokenBeforeTheFirst_TheCallIsRefused(string body, string slug) =>
        Assert.Equal(slug, (await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(Array, Text(body)))).Problem.Slug);

    /// <summary>What stands for the submitter here is a fault, and must end as an entry too.</summary>
    [Fact]
    public async Task ReadAsync_NoRoom_ReadsNoFurtherUntilThereIs()
    {
        var room = new BulkRoom(TimeSpan.FromSeconds(1), mostItems: 1);
        await room.EnterAsync(0, TestContext.Current.CancellationToken);
        var body = Cut.Everywhere(string.Concat(Enumerable.Repeat("""{"model":"m","inputs":[]}""" + "\n", 3)));
        var entries = Channel.CreateUnbounded<Task<BulkEntry>>();
        var reading = Submitter(room).ReadAsync(Lines, body, null, entries.Writer, TestContext.Current.CancellationToken);
        Assert.False(reading.IsCompleted);
        Assert.Equal(body.Length / 3, body.Position);
        room.Leave(0, TimeSpan.Zero);
        await reading;
        Assert.Equal(body.Length, body.Position);
        await foreach (var entry in entries.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal("internal-error", (await entry).Problem!.Slug);
        }
    }

    [Fact]
    public async Task ReadAsync_ClientGone_ChannelFails() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(Lines, Text("{}"), gone: true));

    private static BulkSubmitter Submitter(BulkRoom room) =>
        new(null!, room, Options.Create(new ApiOptions()), TimeProvider.System, NullLogger<BulkSubmitter>.Instance);

    private static IEnumerable<string> Slugs(IEnumerable<BulkEntry> entries) => entries.Select(entry => entry.Problem!.Slug);

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));

    private static async Task<List<BulkEntry>> ReadAsync(BulkForm form, Stream body, bool gone = false)
    {
        var entries = Channel.CreateUnbounded<Task<BulkEntry>>();
        await Submitter(new BulkRoom(TimeSpan.FromSeconds(1))).ReadAsync(form, body, null, entries.Writer, new CancellationToken(gone));
        var read = new List<BulkEntry>();
        await foreach (var entry in entries.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            read.Add(await entry);
        }

        return read;
    }
}
