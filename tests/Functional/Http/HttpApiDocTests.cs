using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace QueueInference.Functional.Http;

/// <summary>The examples of docs/http-api.md are true.</summary>
[Collection("Http")]
public sealed partial class HttpApiDocTests(StandaloneServer server)
{
    /// <summary>The id that an answer had last, as <c>{id}</c> in later requests.</summary>
    private string _id = "";

    [Fact]
    public async Task Page_EveryRequest_AnswersAsShown()
    {
        var examples = DocExample.Read(await File.ReadAllTextAsync(
            Path.Combine(StandaloneServer.Root, "docs", "http-api.md"), TestContext.Current.CancellationToken)).ToList();
        Assert.True(examples.Count >= 10, $"The page has {examples.Count} examples.");
        foreach (var example in examples)
        {
            await RunAsync(example);
        }
    }

    private async Task RunAsync(DocExample example)
    {
        using var answer = await SendAsync(example.Request);
        var text = await answer.Content.ReadAsStringAsync();
        var where = $"docs/http-api.md, line {example.Line}: {(int)answer.StatusCode} {text}";
        Assert.True(example.Status is { } status ? status == (int)answer.StatusCode : answer.IsSuccessStatusCode, where);
        foreach (var (name, value) in example.Headers)
        {
            Assert.True(Regex.IsMatch(answer.Header(name), $"^{Regex.Escape(value).Replace("…", ".+", StringComparison.Ordinal)}$"), $"{name} in {where}");
        }

        var json = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true ? JsonNode.Parse(text) : null;
        if (example.Body.Length > 0)
        {
            Assert.True(JsonShape.Differences(JsonShape.Parse(example.Body), json).ToList() is [], $"{string.Join(", ", JsonShape.Differences(JsonShape.Parse(example.Body), json))} in {where}");
        }

        _id = (json as JsonObject)?["id"]?.GetValue<string>() ?? _id;
    }

    private async Task<HttpResponseMessage> SendAsync(string text)
    {
        var (first, headers, body) = DocExample.Split(text.Replace("{id}", _id, StringComparison.Ordinal));
        using var request = new HttpRequestMessage(new HttpMethod(first.Split(' ')[0]), first.Split(' ')[1]);
        request.Content = body.Length > 0 ? Bodies.Json(Filled(body)) : null;
        foreach (var (name, value) in headers.Where(header => header.Name != "Content-Type"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await server.Client.SendAsync(request);
    }

    /// <summary>Repeats the value before the … as often as the shape says.</summary>
    private static string Filled(string body) => Data().Replace(body, match =>
    {
        var count = match.Groups["shape"].Value.Split(',').Aggregate(1, (product, dimension) => product * int.Parse(dimension));
        return match.Value.Replace($"[{match.Groups["value"].Value}, …]", $"[{string.Join(',', Enumerable.Repeat(match.Groups["value"].Value, count))}]", StringComparison.Ordinal);
    });

    [GeneratedRegex("""
        "shape": \[(?<shape>[^\]]+)\], "data": \[(?<value>[^\],]+), …\]
        """)]
    private static partial Regex Data();
}
