using QueueInference.Core.Models;
using QueueInference.Core.Store;

namespace QueueInference.Api.Models;

/// <summary>How fast the living workers finish jobs, read in the background: a refusal must not wait for the store.</summary>
internal sealed class DrainRates(ModelCatalogue catalogue, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private volatile IReadOnlyList<WorkerInfo> _workers = [];

    /// <summary>Whether a worker serves the model; null asks for any model.</summary>
    public bool IsServed(string? model) => _workers.Any(worker => model is null || worker.Serves(model));

    /// <summary>Jobs a second of a model, or of all of them; null where none has ended yet.</summary>
    public double? PerSecond(string? model) => Sum(_workers, model);

    /// <summary>What these workers finish of a model, or of all of them, each second; null where none has ended yet.</summary>
    public static double? Sum(IEnumerable<WorkerInfo> workers, string? model)
    {
        var rates = workers.SelectMany(worker => worker.DrainRates ?? new Dictionary<string, double>()).Where(rate => model is null || rate.Key == model);
        return rates.Sum(rate => rate.Value) is > 0 and var sum ? sum : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                _workers = await catalogue.GetWorkersAsync(stoppingToken);
            }
            catch (StoreUnavailableException)
            {
                // What was read last stands until the store is back.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
