using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace QueueInference.Worker.Hosting;

/// <summary>Set once models are loaded, announced and consumed.</summary>
internal sealed class WorkerReadiness : IHealthCheck
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the worker serves.</summary>
    public Task Ready => _ready.Task;

    public void Set() => _ready.TrySetResult();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Ready.IsCompleted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Models are still being loaded."));
}
