using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using QueueInference.Core.Auth;
using QueueInference.Core.Hosting;
using QueueInference.Core.Telemetry;
using QueueInference.Worker;
using QueueInference.Worker.Inference;

namespace QueueInference.Bench.Simulated;

/// <summary>The product's Worker, as its Program has it, with a simulated device in place of ONNX Runtime.</summary>
internal static class SimulatedWorker
{
    public static Task<int> RunAsync(string simulated, string[] args) => HostProgram.RunAsync(async () =>
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Configuration.AddCommandLine(args, WorkerRegistration.Switches.ToDictionary());
        builder.Services.AddBrokerAndStore(builder.Configuration, storeTimeout: TimeSpan.FromSeconds(10));
        builder.Services.AddBrokerAndStoreHealth();
        builder.Services.AddInferenceTelemetry();
        builder.Services.AddApiKeyAuth();
        builder.Services.AddInferenceWorker();
        // The last one counts.
        builder.Services.AddSingleton<IModelRunnerFactory>(new SimulatedRunnerFactory(Accelerator.Parse(simulated)));

        var app = builder.Build();
        app.MapHealth();
        app.UseInferenceMetrics();
        await app.RunAsync();
    });
}
