using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace QueueInference.Worker.Hosting;

/// <summary>Set once models are loaded, announced and consumed.</summary>
internal sealed class WorkerReadiness : IHealthCheck
{
    private readonly TaskCompletionSource _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string[]> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the models are loaded and announced.</summary>
    public Task Announced => _announced.Task;

    /// <summary>Ends when the worker serves, with what.</summary>
    public Task<string[]> Ready => _ready.Task;

    public void SetAnnounced() => _announced.TrySetResult();

    public void Set(string[] serving) => _ready.TrySetResult(serving);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Ready.IsCompleted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Models are still being loaded."));
}
