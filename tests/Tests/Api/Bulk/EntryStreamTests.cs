using System.Text;
using Microsoft.AspNetCore.Http;
using QueueInference.Api.Bulk;
using QueueInference.Api.Problems;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using Xunit;

namespace QueueInference.Tests.Api.Bulk;

public sealed class EntryStreamTests
{
    private static readonly BulkEntry[] Entries =
    [
        new(0, JobId.Trusted("p00a"), JobState.Queued, Replayed: false, null),
        BulkEntry.Refused(1, Problem.At("type-mismatch", "/model", "The property is required.")),
        new(2, JobId.Trusted("p00b"), JobState.Succeeded, Replayed: true, null),
    ];

    private static readonly string[] Written =
    [
        """{"index":0,"id":"p00a","state":"queued"}""",
        """{"index":1,"error":{"type":"/problems/type-mismatch","title":"A JSON value is missing or of the wrong kind","status":400,"detail":"The property is required.","errors":[{"pointer":"/model","detail":"The property is required."}]}}""",
        """{"index":2,"id":"p00b","state":"succeeded","replayed":true}""",
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Write_Array_OneArray(int count) =>
        Assert.Equal(("application/json", $"[{string.Join(",\n", Written.Take(count))}]\n"), await WriteAsync(lines: false, count));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Write_Lines_OneLineEach(int count) =>
        Assert.Equal(("application/x-ndjson", string.Concat(Written.Take(count).Select(line => line + "\n"))), await WriteAsync(lines: true, count));

    [Fact]
    public async Task IsFull_ManyEntries_UntilFlushed()
    {
        await using var answer = new EntryStream(Context().Response, lines: true);
        for (var i = 0; i < 1000; i++)
        {
            answer.Write(Entries[0], (json, entry) => entry.Write(json));
        }

        Assert.True(answer.IsFull);
        await answer.FlushAsync(TestContext.Current.CancellationToken);
        Assert.False(answer.IsFull);
    }

    private static DefaultHttpContext Context() => new() { Response = { Body = new MemoryStream() } };

    private static async Task<(string? Type, string Text)> WriteAsync(bool lines, int count)
    {
        var context = Context();
        await using var answer = new EntryStream(context.Response, lines);
        foreach (var entry in Entries.Take(count))
        {
            answer.Write(entry, (json, one) => one.Write(json));
            await answer.FlushAsync(TestContext.Current.CancellationToken);
        }

        await answer.EndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(207, context.Response.StatusCode);
        return (context.Response.ContentType, Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()));
    }
}
