namespace QueueInference.Functional.Hosts;

/// <summary>One Api and some Workers over a broker and a store, all real processes.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly Dictionary<string, string> _environment;

    public Cluster(string rabbitMq, string redis, int workers, Dictionary<string, string>? environment = null)
    {
        _environment = new(environment ?? []) { ["ConnectionStrings__RabbitMq"] = rabbitMq, ["ConnectionStrings__Redis"] = redis };
        Api = new HostProcess("Api", _environment);
        Workers = [.. Enumerable.Range(0, workers).Select(_ => NewWorker())];
        Client = new JobClient(Api.Http);
    }

    public Repository Models { get; } = new();
    public HostProcess Api { get; }
    public List<HostProcess> Workers { get; }
    public JobClient Client { get; }

    /// <summary>A worker that is not started, over these models or others.</summary>
    public HostProcess NewWorker(Repository? models = null) =>
        NewWorker((models ?? Models).Folder);

    /// <summary>A worker that is not started, over a repository wherever it is.</summary>
    public HostProcess NewWorker(string models) => new("Worker", new(_environment) { ["Worker__IntraOpThreads"] = "1" }, "--models", models);

    public async Task<Cluster> StartAsync()
    {
        await Task.WhenAll(Workers.Append(Api).Select(host => host.StartAsync()));
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        foreach (var worker in Workers)
        {
            await worker.DisposeAsync();
        }

        Models.Dispose();
    }
}
