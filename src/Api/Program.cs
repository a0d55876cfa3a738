using QueueInference.Api;
using QueueInference.Core.Hosting;
using QueueInference.Core.Telemetry;

return await HostProgram.RunAsync(async () =>
{
    HostArguments.Check(args);
    var builder = WebApplication.CreateBuilder(args);
    builder.Services.AddBrokerAndStore(builder.Configuration, storeTimeout: TimeSpan.FromSeconds(2));
    builder.Services.AddBrokerAndStoreHealth();
    builder.Services.AddInferenceTelemetry();
    builder.Services.AddInferenceApi(builder.Configuration);

    var app = builder.Build();
    app.UseInferenceApi();
    await app.RunAsync();
});
