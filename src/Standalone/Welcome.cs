using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using QueueInference.Core.Models;
using QueueInference.Worker;
using QueueInference.Worker.Hosting;

namespace QueueInference.Standalone;

/// <summary>Once everything serves: says where, and what to paste.</summary>
internal sealed class Welcome(
    IServer server, ModelCatalogue catalogue, WorkerReady worker, IHostApplicationLifetime lifetime, IOptions<WorkerOptions> options, IConfiguration configuration)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await Task.WhenAll(started.Task, worker.Task).WaitAsync(stoppingToken);
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        var models = await catalogue.GetVersionsAsync(stoppingToken);
        Console.WriteLine(Text(address, [.. models.Select(model => $"{model.Model}/{model.Version}")]));
    }

    private string Text(string address, string[] models)
    {
        var sample = Path.Combine(options.Value.Models, "digits", "samples", "7.json");
        var authorization = configuration["Auth:ApiKey"] is not null ? " -H \"Authorization: Bearer $Auth__ApiKey\"" : "";
        var example = File.Exists(sample)
            ? $"""

              Paste this in another terminal: a picture of a 7 goes in, ten probabilities come out.

                curl -s {address}/v1/jobs -H 'Content-Type: application/json' -H 'Prefer: wait=10'{authorization} --data @{sample}

              """
            : $"""

              The signature of your models, and what waits for them:

                curl -s {address}/v1/models{authorization}

              """;
        return $"""

            QueueInference serves {(models.Length == 0 ? "no model yet: put one at " + Path.Combine(options.Value.Models, "<name>/1/model.onnx") : string.Join(", ", models))} at {address}
            {example}
            """;
    }
}
