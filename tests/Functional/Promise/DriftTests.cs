using System.Text.Json;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>The world changes, and the numbers say so.</summary>
public sealed class DriftTests(TestServices services)
{
    [Fact]
    public async Task InputsThatChange_AreSeenAgainstTheFirstHours()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=13", workers: 1, new() { ["Worker__DriftBaseline"] = "00:00:20" });
        var model = cluster.Models.AddTestModel("identity_fp32");
        await cluster.StartAsync();

        await SendUntilAsync(cluster, model, around: 0, status => Find(status, "input") is { } input && Count(input, "samples") > Count(input, "samples_first"));
        var calm = Find(await StatusAsync(cluster, model), "input")!.Value;
        Assert.InRange(calm.GetProperty("psi").GetDouble(), 0, 0.1);
        Assert.InRange(calm.GetProperty("bins").GetArrayLength(), 9, 11);

        // The first hours are over.
        await SendUntilAsync(cluster, model, around: 100, status => Find(status, "input")!.Value.GetProperty("psi").GetDouble() > 0.25);
        Assert.InRange(Find(await StatusAsync(cluster, model), "output")!.Value.GetProperty("psi").GetDouble(), 0.25, 100);
        Assert.InRange(await cluster.Workers[0].MetricAsync("qi_model_drift", $"model=\"{model}\"", "direction=\"input\"", "name=\"x\""), 0.2, 100);
    }

    private static async Task SendUntilAsync(Cluster cluster, string model, int around, Func<JsonElement, bool> isSeen)
    {
        var random = new Random(1);
        await Wait.UntilAsync(async () =>
        {
            for (var job = 0; job < 20; job++)
            {
                var (_, answer) = await cluster.Client.SubmitAsync(Rows.Of(model, around + random.NextSingle()), wait: 30);
                Assert.Equal("succeeded", JobClient.State(answer));
            }

            return isSeen(await StatusAsync(cluster, model));
        }, TimeSpan.FromSeconds(120), "the drift to be seen");
    }

    private static long Count(JsonElement feature, string name) => feature.GetProperty(name).GetInt64();

    private static async Task<JsonElement> StatusAsync(Cluster cluster, string model) =>
        JsonDocument.Parse(await cluster.Api.Http.GetStringAsync($"/v1/models/{model}/drift")).RootElement;

    private static JsonElement? Find(JsonElement status, string direction) => status.GetProperty("versions")[0].GetProperty("features").EnumerateArray()
        .Where(feature => feature.GetProperty("direction").GetString() == direction).Select(feature => (JsonElement?)feature).FirstOrDefault();
}
