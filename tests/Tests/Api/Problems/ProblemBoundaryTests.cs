using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QueueInference.Api.Problems;
using Xunit;

namespace QueueInference.Tests.Api.Problems;

public sealed class ProblemBoundaryTests
{
    private readonly RecordingLogger _logger = new();
    private readonly DefaultHttpContext _context = new() { Response = { Body = new MemoryStream() }, Request = { Path = "/v1/jobs", QueryString = new("?key=canary") } };

    [Fact]
    public async Task InvokeAsync_Refusal_WritesTheProblem()
    {
        using var activity = new Activity("test").Start();

        var body = await RunAsync(new ProblemException(new Problem("queue-full", "The queue is full.")
        {
            Errors = [new("/model", "Its queue.")],
            Extensions = new Dictionary<string, string> { ["job_id"] = "j1" },
            RetryAfter = 7,
        }));

        Assert.Equal(503, _context.Response.StatusCode);
        Assert.Equal("application/problem+json", _context.Response.ContentType);
        Assert.Equal("7", _context.Response.Headers.RetryAfter);
        Assert.Equal(
            $$"""{"type":"/problems/queue-full","title":"The queue is full","status":503,"detail":"The queue is full.","instance":"/v1/jobs","trace_id":"{{activity.TraceId}}","errors":[{"pointer":"/model","detail":"Its queue."}],"retry_after_seconds":7,"job_id":"j1"}""",
            body);
        Assert.Empty(_logger.Entries);
    }

    [Theory]
    [InlineData(413, "payload-too-large", 413)]
    [InlineData(408, "request-timeout", 408)]
    [InlineData(415, "unsupported-media-type", 415)]
    [InlineData(400, "bad-request", 400)]
    public async Task InvokeAsync_ServerRefusesRequest_AnswersInTheSameForm(int thrown, string slug, int status)
    {
        var body = await RunAsync(new BadHttpRequestException("canary", thrown));

        Assert.Equal(status, _context.Response.StatusCode);
        Assert.Equal($"/problems/{slug}", Member(body, "type"));
        Assert.DoesNotContain("canary", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_Bug_AnswersGenericallyAndLogsOnce()
    {
        var body = await RunAsync(new InvalidOperationException("canary"));

        Assert.Equal(500, _context.Response.StatusCode);
        Assert.Equal("/problems/internal-error", Member(body, "type"));
        Assert.DoesNotContain("canary", body, StringComparison.Ordinal);
        Assert.Equal(["RequestFailed"], _logger.Entries);
    }

    [Fact]
    public async Task InvokeAsync_ClientGone_AnswersNothing()
    {
        _context.RequestAborted = new CancellationToken(canceled: true);

        Assert.Empty(await RunAsync(new OperationCanceledException()));
        Assert.Empty(_logger.Entries);
    }

    [Fact]
    public async Task InvokeAsync_CanceledWhileTheClientWaits_IsAFault()
    {
        Assert.Equal("/problems/internal-error", Member(await RunAsync(new OperationCanceledException()), "type"));
    }

    [Fact]
    public async Task InvokeAsync_HeadersOfTheFailedAnswer_AreDroppedButTheChallengeStays()
    {
        _context.Response.Headers.ETag = "\"1\"";
        _context.Response.Headers.WWWAuthenticate = "Bearer";

        await RunAsync(new ProblemException(new Problem("missing-credentials", "Send a key.")));

        Assert.False(_context.Response.Headers.ContainsKey("ETag"));
        Assert.Equal("Bearer", _context.Response.Headers.WWWAuthenticate);
    }

    [Fact]
    public void UseProblemBoundary_InAPipeline_ComesInFrontOfTheEndpoint()
    {
        var app = new ApplicationBuilder(new ServiceCollection().AddLogging().BuildServiceProvider());
        app.UseProblemBoundary().Run(_ => throw new ProblemException(new Problem("forbidden", "No.")));

        Assert.True(app.Build()(_context).IsCompletedSuccessfully);
        Assert.Equal(403, _context.Response.StatusCode);
    }

    private async Task<string> RunAsync(Exception error)
    {
        await new ProblemBoundary(_ => Task.FromException(error), _logger).InvokeAsync(_context);
        return System.Text.Encoding.UTF8.GetString(((MemoryStream)_context.Response.Body).ToArray());
    }

    private static string? Member(string body, string name) => JsonDocument.Parse(body).RootElement.GetProperty(name).GetString();

    private sealed class RecordingLogger : ILogger<ProblemBoundary>
    {
        public List<string?> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add(eventId.Name);
    }
}
