using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Hosts;

/// <summary>A receiver as a customer would write one, from the text of Standard Webhooks alone. It can be down, and refuse.</summary>
internal sealed class WebhookReceiver(string secret) : IDisposable
{
    private readonly int _port = Ports.Free();
    private readonly ConcurrentDictionary<string, int> _seen = new();
    private HttpListener? _listener;

    public sealed record Event(string Id, string Body, bool Valid, bool Accepted);

    public string Url => $"http://127.0.0.1:{_port}/hook";

    /// <summary>Every delivery attempt that reached us.</summary>
    public ConcurrentQueue<Event> Attempts { get; } = new();

    /// <summary>Goes up; from then on the first attempt of each event is refused, the next accepted.</summary>
    public void Start()
    {
        _listener = new HttpListener();
        _listener.Prefixes.Add($"http://127.0.0.1:{_port}/");
        _listener.Start();
        _ = ServeAsync(_listener);
    }

    public void Dispose() => _listener?.Close();

    private async Task ServeAsync(HttpListener listener)
    {
        while (listener.IsListening)
        {
            try
            {
                await AnswerAsync(await listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        var id = context.Request.Headers["webhook-id"]!;
        var accepted = _seen.AddOrUpdate(id, 1, (_, count) => count + 1) > 1;
        Attempts.Enqueue(new Event(id, body, IsSigned(context.Request, id, body), accepted));
        context.Response.StatusCode = accepted ? 204 : 500;
        context.Response.Close();
    }

    private bool IsSigned(HttpListenerRequest request, string id, string body)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var signed = $"{id}.{request.Headers["webhook-timestamp"]}.{body}";
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
        return request.Headers["webhook-signature"]!.Split(' ').Contains(expected);
    }
}
