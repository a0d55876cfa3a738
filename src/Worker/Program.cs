using QueueInference.Core.Auth;
using QueueInference.Core.Hosting;
using QueueInference.Core.Telemetry;
using QueueInference.Worker;

if (WorkerRegistration.IsModelCheck(args))
{
    return WorkerRegistration.RunModelCheck();
}

return await HostProgram.RunAsync(async () =>
{
    HostArguments.Check(args, WorkerRegistration.Switches.Keys);
    var builder = WebApplication.CreateBuilder(args);
    builder.Configuration.AddCommandLine(args, WorkerRegistration.Switches.ToDictionary());
    builder.Services.AddBrokerAndStore(builder.Configuration, storeTimeout: TimeSpan.FromSeconds(10));
    builder.Services.AddBrokerAndStoreHealth();
    builder.Services.AddInferenceTelemetry();
    builder.Services.AddApiKeyAuth();
    builder.Services.AddInferenceWorker();

    var app = builder.Build();
    app.UseApiKeyAuth((context, slug, detail) =>
    {
        context.Response.StatusCode = slug == "forbidden" ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
        return context.Response.WriteAsync(detail);
    });
    app.MapHealth();
    app.UseInferenceMetrics();
    await app.RunAsync();
});
