using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using QueueInference.Worker;
using QueueInference.Worker.Hosting;

namespace QueueInference.Standalone;

/// <summary>Once everything serves: says where, and what to paste.</summary>
internal sealed class Welcome(
    IServer server, WorkerReady worker, IHostApplicationLifetime lifetime, IOptions<WorkerOptions> options, IConfiguration configuration)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        // A host that could not start cancels this; it says itself why.
        var ready = await Task.WhenAny(Task.WhenAll(started.Task, worker.Serving), Task.Delay(Timeout.Infinite, stoppingToken));
        if (!stoppingToken.IsCancellationRequested)
        {
            await ready;
            var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
            Console.WriteLine(Text(address, await worker.Serving, options.Value.Models.Contains("://", StringComparison.Ordinal) ? options.Value.Models : Path.GetFullPath(options.Value.Models), hasKey: configuration["Auth:ApiKey"] is not null));
        }
    }

    /// <summary>The lines to print.</summary>
    internal static string Text(string address, string[] models, string folder, bool hasKey)
    {
        var sample = Path.Combine(folder, "digits", "samples", "7.json");
        var authorization = hasKey ? " -H \"Authorization: Bearer $Auth__ApiKey\"" : "";
        var example = File.Exists(sample)
            ? $"""

              Paste this in another terminal: a picture of a 7 goes in, ten probabilities come out.

                curl -sS {address}/v1/jobs -H 'Content-Type: application/json' -H 'Prefer: wait=10'{authorization} --data @{sample}

              """
            : $"""

              The signature of your models, and what waits for them:

                curl -sS {address}/v1/models{authorization}

              """;
        return $"""

            QueueInference serves {(models.Length == 0 ? "no model" : string.Join(", ", models))} at {address}{(models.Length == 0 ? $". Put one at {Path.Combine(folder, "<name>/1/model.onnx")} and start again; one that is there and did not load says why above." : "")}
            {example}
            """;
    }
}
