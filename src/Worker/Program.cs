using QueueInference.Core.Hosting;
using QueueInference.Core.Telemetry;
using QueueInference.Worker;

return await HostProgram.RunAsync(async () =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.Configuration.AddCommandLine(args, WorkerRegistration.Switches.ToDictionary());
    builder.Services.AddBrokerAndStore(builder.Configuration, storeTimeout: TimeSpan.FromSeconds(10));
    builder.Services.AddBrokerAndStoreHealth();
    builder.Services.AddInferenceTelemetry();
    builder.Services.AddInferenceWorker();

    var app = builder.Build();
    app.MapHealth();
    app.UseInferenceMetrics();
    await app.RunAsync();
});
