using System.Net;
using System.Text;
using System.Text.Json;
using QueueInference.Chaos.History;
using QueueInference.Functional.Services;

namespace QueueInference.Chaos.Load;

/// <summary>Receives webhooks and writes them down.</summary>
internal sealed class EventSink : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly RunHistory _run;

    public EventSink(RunHistory run)
    {
        (_run, Url) = (run, $"http://127.0.0.1:{Ports.Free()}/");
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Settings of an Api that may post here.</summary>
    public static Dictionary<string, string> Settings => new()
    {
        ["Webhooks__Secret"] = "whsec_" + Convert.ToBase64String(new byte[32]),
        ["Webhooks__AllowedHttpHosts__0"] = "127.0.0.1",
        ["Webhooks__Timeout"] = "00:00:02",
    };

    public string Url { get; }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The scenario is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var body = await reader.ReadToEndAsync();
            using var json = JsonDocument.Parse(body);
            var job = json.RootElement.GetProperty("data").GetProperty("id").GetString()!;
            _run.Events.Enqueue(new EventSeen(job, context.Request.Headers["webhook-id"]!, body));
            context.Response.StatusCode = 204;
            context.Response.Close();
        }
        catch (Exception e) when (e is IOException or JsonException or HttpListenerException)
        {
            // Its sender ended in the middle: it is sent again.
        }
    }
}
