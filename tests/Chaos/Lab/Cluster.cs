using QueueInference.Chaos.Scenarios;
using QueueInference.Functional.Hosts;

namespace QueueInference.Chaos.Lab;

/// <summary>One Api and some workers with a model whose answers can be computed, all real processes.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>Short spans, so that a takeover and a sweep are seen within a scenario.</summary>
    private static readonly Dictionary<string, string> Impatient = new()
    {
        ["Jobs__Lease"] = "00:00:06",
        ["Jobs__LeaseGrace"] = "00:01:00",
        ["Jobs__ConfirmWindow"] = "00:00:10",
        ["Api__SweepInterval"] = "00:00:01",
        ["Worker__DrainTimeout"] = "00:00:20",
    };

    private readonly Repository _models = new();
    private readonly Dictionary<string, string> _apiSettings;

    public Cluster(Links links, Scenario scenario)
    {
        Model = _models.AddTestModel(scenario.Model, scenario.ModelSettings);
        _apiSettings = Settings(links.ApiBroker, links.ApiStore, scenario.Settings);
        Api = new HostProcess("Api", _apiSettings);
        Workers = [.. Enumerable.Range(0, scenario.Workers).Select(_ => new HostProcess("Worker",
            new(Settings(links.WorkerBroker, links.WorkerStore, scenario.Settings)) { ["Worker__IntraOpThreads"] = "1" }, "--models", _models.Folder))];
    }

    /// <summary>One more Api, which is the caller's to start and to dispose of.</summary>
    public HostProcess AnotherApi() => new("Api", new(_apiSettings));

    public string Model { get; }
    public HostProcess Api { get; }
    public IReadOnlyList<HostProcess> Workers { get; }
    public IEnumerable<HostProcess> Hosts => Workers.Prepend(Api);

    public string NameOf(HostProcess host) => host == Api ? "api" : $"worker {Workers.ToList().IndexOf(host) + 1}";

    public Task StartAsync() => Task.WhenAll(Hosts.Select(host => host.StartAsync()));

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Hosts)
        {
            await host.DisposeAsync();
        }

        _models.Dispose();
    }

    private static Dictionary<string, string> Settings(string broker, string store, IReadOnlyDictionary<string, string> more)
    {
        var settings = new Dictionary<string, string>(Impatient) { ["ConnectionStrings__RabbitMq"] = broker, ["ConnectionStrings__Redis"] = store };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return settings;
    }
}
