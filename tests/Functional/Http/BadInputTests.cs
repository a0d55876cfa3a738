using System.Text;

namespace QueueInference.Functional.Http;

/// <summary>What every refusal has in common: its status and type, nothing of what was sent, and no job.</summary>
[Collection("Http")]
public abstract class BadInputTests(StandaloneServer server)
{
    protected StandaloneServer Server { get; } = server;

    protected HttpClient Client => Server.Client;

    /// <summary>Submits JSON that must be refused.</summary>
    protected Task RefusesAsync(string body, int status, string slug) => RefusesAsync(Bodies.Json(body), status, slug);

    /// <summary>Submits bytes that must be refused.</summary>
    protected Task RefusesAsync(byte[] body, int status, string slug) => RefusesAsync(Content(body, "application/json"), status, slug);

    /// <summary>Submits what must be refused.</summary>
    protected async Task RefusesAsync(HttpContent body, int status, string slug, params (string Name, string Value)[] headers)
    {
        var before = await NewestAsync();
        using var answer = await Client.PostJobAsync(body, headers);
        var problem = await answer.RequireProblemAsync(status, slug);
        Assert.DoesNotContain(Bodies.Canary, problem.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, await NewestAsync());
    }

    /// <summary>The newest job, or nothing.</summary>
    protected async Task<string?> NewestAsync() => (await Client.GetJsonAsync("/v1/jobs?limit=1"))["jobs"]!.AsArray().FirstOrDefault()?.Text("id");

    protected static ByteArrayContent Content(byte[] body, string? type)
    {
        var content = new ByteArrayContent(body);
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        return content;
    }

    protected static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
