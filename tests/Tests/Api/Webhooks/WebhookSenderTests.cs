using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using QueueInference.Api.Webhooks;
using Xunit;

namespace QueueInference.Tests.Api.Webhooks;

public sealed class WebhookSenderTests
{
    private const string Body = "{\"test\": 2432232314}";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SendAsync_Ok_IsAcceptedAndSigned()
    {
        await using var sink = new Sink("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1614265330));

        Assert.IsType<DeliveryOutcome.Accepted>(await SendAsync(sink.Url, Long, time));

        var request = Assert.Single(sink.Requests);
        Assert.StartsWith("POST /hook HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nwebhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nwebhook-timestamp: 1614265330\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nwebhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + Body, request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("500 Internal Server Error", "http-500")]
    [InlineData("304 Not Modified", "http-304")]
    [InlineData("404 Not Found", "http-404")]
    public async Task SendAsync_OtherStatus_IsRejected(string status, string reason)
    {
        await using var sink = new Sink($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(new DeliveryOutcome.Rejected(reason), await SendAsync(sink.Url, Long));
    }

    [Fact]
    public async Task SendAsync_Redirect_IsNotFollowed()
    {
        await using var target = new Sink("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var sink = new Sink($"HTTP/1.1 302 Found\r\nLocation: {target.Url}\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(new DeliveryOutcome.Rejected("http-302"), await SendAsync(sink.Url, Long));
        Assert.Empty(target.Requests);
    }

    [Fact]
    public async Task SendAsync_Gone_IsGone()
    {
        await using var sink = new Sink("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n");

        Assert.IsType<DeliveryOutcome.Gone>(await SendAsync(sink.Url, Long));
    }

    [Theory]
    [InlineData("120")]
    [InlineData("Thu, 25 Feb 2021 15:04:10 GMT")]
    public async Task SendAsync_RetryAfter_IsReported(string retryAfter)
    {
        await using var sink = new Sink($"HTTP/1.1 429 Too Many Requests\r\nRetry-After: {retryAfter}\r\nContent-Length: 0\r\n\r\n");
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1614265330));

        Assert.Equal(new DeliveryOutcome.Rejected("http-429", TimeSpan.FromSeconds(120)), await SendAsync(sink.Url, Long, time));
    }

    [Fact]
    public async Task SendAsync_SilentEndpoint_TimesOut()
    {
        await using var sink = new Sink((_, stop) => Task.Delay(Timeout.Infinite, stop));

        Assert.Equal(new DeliveryOutcome.Rejected("timeout"), await SendAsync(sink.Url, Short));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(500)]
    public async Task SendAsync_EndlessBody_IsCutAndDecidedByStatus(int status)
    {
        var sent = new TaskCompletionSource<long>();
        await using var sink = new Sink(async (socket, stop) =>
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: 1000000000000\r\n\r\n"), stop);
            sent.SetResult(await SendUntilClosedAsync(socket, stop));
        });

        var outcome = await SendAsync(sink.Url, Long);

        Assert.Equal(status == 200 ? new DeliveryOutcome.Accepted() : new DeliveryOutcome.Rejected("http-500"), outcome);
        // What the kernel buffers between the two ends counts as sent.
        Assert.InRange(await sent.Task.WaitAsync(Token), 1, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task SendAsync_BodyThatStalls_StopsAtTheDeadline()
    {
        await using var sink = new Sink(async (socket, stop) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"u8.ToArray(), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });

        Assert.IsType<DeliveryOutcome.Accepted>(await SendAsync(sink.Url, Short));
    }

    [Fact]
    public async Task SendAsync_EndlessHeaders_IsRejected()
    {
        await using var sink = new Sink("HTTP/1.1 200 OK\r\nX: " + new string('a', 20_000) + "\r\n\r\n");

        Assert.Equal(new DeliveryOutcome.Rejected("connection-lost"), await SendAsync(sink.Url, Long));
    }

    [Fact]
    public async Task SendAsync_ConnectionRefused_IsRejected()
    {
        var sink = new Sink("");
        await sink.DisposeAsync();

        Assert.Equal(new DeliveryOutcome.Rejected("connect-failed"), await SendAsync(sink.Url, Long));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_ConnectionDropped_IsRejected(bool reset)
    {
        await using var sink = new Sink((socket, _) =>
        {
            socket.LingerState = new LingerOption(reset, 0);
            socket.Close();
            return Task.CompletedTask;
        });

        Assert.Equal(new DeliveryOutcome.Rejected("connection-lost"), await SendAsync(sink.Url, Long));
    }

    [Fact]
    public async Task SendAsync_NotTls_IsRejected()
    {
        await using var sink = new Sink((_, _) => Task.CompletedTask);
        var url = new UriBuilder(sink.Url) { Scheme = "https" }.Uri;

        Assert.IsType<DeliveryOutcome.Rejected>(await SendAsync(url, Short));
    }

    [Fact]
    public async Task SendAsync_NoSecret_PostsNothing()
    {
        await using var sink = new Sink("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(new DeliveryOutcome.Rejected("no-signing-secret"), await SendAsync(sink.Url, Long, secret: null));
        Assert.Empty(sink.Requests);
    }

    [Fact]
    public async Task SendAsync_CallerCancels_Throws()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var sink = new Sink(async (_, stop) =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.Infinite, stop);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync(sink.Url, Long, cancellationToken: cancellation.Token));
    }

    private static async Task<DeliveryOutcome> SendAsync(
        Uri url, TimeSpan timeout, TimeProvider? time = null, string? secret = StandardWebhookSignerTests.Secret, CancellationToken? cancellationToken = null)
    {
        var options = Options.Create(new WebhookOptions { Secret = secret, Timeout = timeout });
        using var sender = new WebhookSender(
            new StandardWebhookSigner(options), options, time ?? TimeProvider.System, NullLogger<WebhookSender>.Instance);
        var post = new WebhookPost("msg_p5jXN8AQM9LWM0D4loKWxJek", url, Encoding.UTF8.GetBytes(Body));
        return await sender.SendAsync(post, cancellationToken ?? Token);
    }

    private static async Task<long> SendUntilClosedAsync(Socket socket, CancellationToken stop)
    {
        var sent = 0L;
        try
        {
            while (true)
            {
                sent += await socket.SendAsync(new byte[64 * 1024], stop);
            }
        }
        catch (SocketException)
        {
            return sent;
        }
    }
}
