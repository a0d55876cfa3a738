using System.Text.Json;
using System.Text.RegularExpressions;
using QueueInference.Bench.Models;

namespace QueueInference.Bench.Services;

/// <summary>How the workers of a <see cref="Platform"/> are started.</summary>
internal sealed record WorkerSetup
{
    public int Count { get; init; } = 1;

    /// <summary>The workers have a core of their own (<see cref="Cores"/>).</summary>
    public bool Apart { get; init; }

    /// <summary>The simulated accelerator they have instead of ONNX Runtime.</summary>
    public Simulated.Accelerator? Accelerator { get; init; }

    public Dictionary<string, string> Environment { get; init; } = [];
    public Dictionary<string, string> ApiEnvironment { get; init; } = [];
}

/// <summary>One Api and some Workers over the broker and the store: all real processes.</summary>
internal sealed partial class Platform : IAsyncDisposable
{
    /// <summary>/metrics may be answered from memory for as long as this.</summary>
    public static readonly TimeSpan MetricsAge = TimeSpan.FromSeconds(0.5);

    private readonly Servers _servers;
    private readonly ModelFolder _models;

    private Platform(Servers servers, ModelFolder models, WorkerSetup setup)
    {
        (_servers, _models) = (servers, models);
        var environment = new Dictionary<string, string> { ["ConnectionStrings__RabbitMq"] = servers.RabbitMq, ["ConnectionStrings__Redis"] = servers.Redis };
        Api = new Host([Host.Assembly("Api")], Merge(environment, setup.ApiEnvironment), setup.Apart ? Cores.Others : null);
        Workers = [.. Enumerable.Range(0, setup.Count).Select(_ => new Host([.. Program(setup), "--models", models.Folder], Merge(environment, setup.Environment), setup.Apart ? Cores.Worker : null))];
    }

    public Host Api { get; }
    public Host[] Workers { get; }

    /// <summary>Whose CPU time counts.</summary>
    public Dictionary<string, int[]> Processes => _servers.Beside(Api.Id, [.. Workers.Select(worker => worker.Id)]);

    public static async Task<Platform> StartAsync(Servers servers, ModelFolder models, WorkerSetup? setup = null)
    {
        var platform = new Platform(servers, models, setup ?? new WorkerSetup());
        try
        {
            await Task.WhenAll(platform.Workers.Append(platform.Api).Select(host => host.ReadyAsync()));
            await Task.WhenAll(models.Names.Select(platform.ServedAsync));
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the Api says of a model's only version.</summary>
    public async Task<JsonElement> VersionAsync(string model) =>
        JsonDocument.Parse(await Api.Http.GetStringAsync($"/v1/models/{model}")).RootElement.GetProperty("versions")[0];

    /// <summary>The sum of a metric over all workers; 0 when none has it.</summary>
    /// <param name="name">How its Prometheus name begins.</param>
    /// <param name="label">A label it must have, such as <c>kind="real"</c>.</param>
    public async Task<double> MetricAsync(string name, string label = "")
    {
        var texts = await Task.WhenAll(Workers.Select(worker => worker.Http.GetStringAsync("/metrics")));
        return texts.SelectMany(text => text.Split('\n')).Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(Value().Match(line).Groups[1].Value));
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Workers.Append(Api).Select(host => host.DisposeAsync().AsTask()));
        await Task.WhenAll(_models.Names.Select(_servers.ForgetAsync));
    }

    private static string[] Program(WorkerSetup setup) => setup.Accelerator is { } accelerator
        ? [Host.Assembly("Bench"), "worker", .. accelerator.Arguments]
        : [Host.Assembly("Worker")];

    private static Dictionary<string, string> Merge(Dictionary<string, string> first, Dictionary<string, string> second) =>
        first.Concat(second).ToDictionary(pair => pair.Key, pair => pair.Value);

    private Task ServedAsync(string model) => Wait.UntilAsync(async () =>
    {
        using var response = await Api.Http.GetAsync($"/v1/models/{model}");
        return response.IsSuccessStatusCode;
    }, TimeSpan.FromSeconds(30), $"the model {model} to be served: {string.Join('\n', Workers.Select(worker => worker.Output))}");

    [GeneratedRegex(@"^[^{ ]+(?:\{.*\})? (\S+)")]
    private static partial Regex Value();
}
