using QueueInference.Bench.Services;
using QueueInference.Functional.Services;

namespace QueueInference.Bench.Twin;

/// <summary>Both processes of the twin, over the same broker and store as the service.</summary>
internal sealed class TwinPlatform : IAsyncDisposable
{
    private readonly Servers _servers;
    private readonly string _model;
    private readonly Host _worker;

    private TwinPlatform(Servers servers, string model, string file)
    {
        var environment = new Dictionary<string, string> { ["ConnectionStrings__RabbitMq"] = servers.RabbitMq, ["ConnectionStrings__Redis"] = servers.Redis };
        (_servers, _model) = (servers, model);
        Api = new Host([Host.Assembly("Bench"), "twin", "api"], environment);
        _worker = new Host([Host.Assembly("Bench"), "twin", "worker", model, file], environment);
    }

    public Host Api { get; }

    public Dictionary<string, int[]> Processes => _servers.Beside(Api.Id, _worker.Id);

    /// <param name="servers">Broker and store.</param>
    /// <param name="model">The name that jobs have.</param>
    /// <param name="file">See <see cref="TwinWorker.RunAsync"/>.</param>
    public static async Task<TwinPlatform> StartAsync(Servers servers, string model, string file)
    {
        var twin = new TwinPlatform(servers, model, file);
        try
        {
            await Task.WhenAll(twin.Api.ReadyAsync(), twin._worker.ReadyAsync());
            return twin;
        }
        catch
        {
            await twin.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Api.DisposeAsync().AsTask(), _worker.DisposeAsync().AsTask());
        await using var broker = await BrokerInspector.ConnectAsync(_servers.RabbitMq);
        await broker.DeleteAsync(TwinJobs.Queue(_model));
    }
}
