using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using QueueInference.Api.Jobs;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Standalone;
using QueueInference.Worker.Hosting;

namespace QueueInference.Tests.Docs;

public sealed class ReadmeTests
{
    private const string Page = "README.md";

    [Fact]
    public void Curl_IsTheOneThatStandalonePrints()
    {
        var text = Welcome.Text("http://127.0.0.1:8080", ["digits/1"], Path.Combine(Markdown.Root, "models"), hasKey: false);
        var printed = text.Split('\n').Single(line => line.Contains("curl", StringComparison.Ordinal)).Trim();
        Assert.Contains(printed.Replace(Markdown.Root + "/", "", StringComparison.Ordinal) + "\n", Markdown.Read(Page), StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_HoldsNothingButWhatAnAnswerHas()
    {
        var documented = JsonNode.Parse(Assert.Single(Markdown.Blocks(Page, "json")))!;
        var spec = new JobSpec { Model = "digits", Tenant = "default", CreatedAt = 1, ResultTtlSeconds = 60, MaxAttempts = 3 };
        var job = new JobRecord(JobId.Trusted((string)documented["id"]!), JobState.Succeeded, spec, 1, "w", 1, 1, 1, null,
            new JobRun(1, "", "w", 1, new JobTimings(1, 1, 1)), Forgotten: false);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            JobJsonWriter.Write(json, job, [new Tensor("probabilities", TensorDatatype.Fp32, [1, 10], new byte[40])]);
        }

        Assert.Subset(Paths(JsonNode.Parse(buffer.ToArray()), "").ToHashSet(), Paths(documented, "").ToHashSet());
    }

    private static IEnumerable<string> Paths(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => Paths(member.Value, $"{path}.{member.Key}")),
        JsonArray items => items.SelectMany(item => Paths(item, $"{path}[]")),
        _ => [path],
    };
}
