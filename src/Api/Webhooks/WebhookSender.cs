using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;

namespace QueueInference.Api.Webhooks;

/// <summary>Makes one delivery attempt. The endpoint's faults come back as outcomes; only the caller's cancellation is thrown.</summary>
internal sealed class WebhookSender(
    StandardWebhookSigner signer, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookSender> logger) : IDisposable
{
    private const int MaxBodyRead = 16 * 1024;

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        // A name that moves is followed within this time.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 16,
        // What ReadSomeAsync leaves is not worth reading: the connection is closed instead.
        MaxResponseDrainSize = 0,
        // Trace ids and baggage stay inside.
        ActivityHeadersPropagator = null,
    });

    public async Task<DeliveryOutcome> SendAsync(WebhookPost post, CancellationToken cancellationToken)
    {
        var outcome = signer.CanSign ? await PostAsync(post, cancellationToken) : new DeliveryOutcome.Rejected("no-signing-secret");
        Log.DeliveryAttempted(logger, post.Id, post.Url.Host, outcome is DeliveryOutcome.Rejected rejected ? rejected.Reason : outcome.GetType().Name);
        return outcome;
    }

    public void Dispose() => _http.Dispose();

    private async Task<DeliveryOutcome> PostAsync(WebhookPost post, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var request = Request(post);
            using var response = await _http.SendAsync(request, either.Token);
            await ReadSomeAsync(response, either.Token);
            return Outcome(response);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DeliveryOutcome.Rejected("timeout");
        }
        catch (HttpRequestException e)
        {
            return new DeliveryOutcome.Rejected(Reason(e.HttpRequestError));
        }
    }

    private HttpRequestMessage Request(WebhookPost post)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, post.Url) { Content = new ReadOnlyMemoryContent(post.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("QueueInference", null));
        signer.Sign(request.Headers, post.Id, time.GetUtcNow(), post.Body.Span);
        return request;
    }

    /// <summary>Reads a short answer to its end, so that the connection can be used again. The status has decided already: a fault here changes nothing.</summary>
    private static async Task ReadSomeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            await body.ReadAtLeastAsync(new byte[MaxBodyRead], MaxBodyRead, throwOnEndOfStream: false, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
        }
    }

    private DeliveryOutcome Outcome(HttpResponseMessage response) => response switch
    {
        { IsSuccessStatusCode: true } => new DeliveryOutcome.Accepted(),
        { StatusCode: HttpStatusCode.Gone } => new DeliveryOutcome.Gone(),
        _ => new DeliveryOutcome.Rejected($"http-{(int)response.StatusCode}", RetryAfter(response.Headers.RetryAfter)),
    };

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
        => header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);

    private static string Reason(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "dns-failed",
        HttpRequestError.ConnectionError => "connect-failed",
        HttpRequestError.SecureConnectionError => "tls-failed",
        _ => "connection-lost",
    };
}
