using QueueInference.Api;
using QueueInference.Core.Hosting;
using QueueInference.Core.Messaging;
using QueueInference.Core.Telemetry;
using QueueInference.Standalone;
using QueueInference.Worker;

if (WorkerRegistration.IsModelCheck(args))
{
    return WorkerRegistration.RunModelCheck();
}

return await HostProgram.RunAsync(async () =>
{
    HostArguments.Check(args, StandaloneRegistration.Switches.Keys);
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.AddStandaloneConfiguration(args);
    using var store = builder.StartEmbeddedStore();
    builder.AddPayloadFolder();
    builder.Services.AddInMemoryJobBus();
    builder.Services.AddJobStore(store.ConnectionString, timeout: TimeSpan.FromSeconds(5));
    builder.Services.AddBrokerAndStoreHealth();
    builder.Services.AddInferenceTelemetry();
    builder.Services.AddInferenceApi(builder.Configuration);
    builder.Services.AddInferenceWorker();
    builder.Services.AddStandalone();

    var app = builder.Build();
    app.UseInferenceApi();
    await app.RunAsync();
});
