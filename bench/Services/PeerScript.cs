using System.Collections.Concurrent;
using System.Globalization;
using QueueInference.Bench.Models;
using QueueInference.Functional.Services;

namespace QueueInference.Bench.Services;

/// <summary>What a peer's script measured.</summary>
internal sealed record PeerFigures(double PerSecond, double CpuMs, double P50, double P99);

/// <summary>Runs bench/peers/NAME.sh, which starts a peer, loads it and cleans up.</summary>
internal sealed class PeerScript(string name, Servers servers, BenchOptions options, string samples)
{
    /// <summary>The first run may install it.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(30);

    private static readonly string Folder = Path.Combine(BenchModels.Root, "bench", "peers");

    public string Name => name;

    /// <summary>One measured stretch.</summary>
    /// <exception cref="PeerMissingException">It cannot run here, or gave a wrong answer; the message is the script's.</exception>
    public async Task<PeerFigures> RunAsync()
    {
        var lines = new ConcurrentQueue<string>();
        using var process = Executables.Start("bash", [Path.Combine(Folder, $"{name}.sh")], Environment(), lines.Enqueue);
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new PeerMissingException($"{name} did not end within {Deadline.TotalMinutes} minutes.");
        }

        return process.ExitCode == 0 && Read(lines) is { } figures ? figures : throw new PeerMissingException(lines.LastOrDefault(line => line.Length > 0) ?? $"{name} failed.");
    }

    /// <summary>The figures in the line <c>NAME jobs/s CPU-ms p50 p99</c>; null when there is none.</summary>
    private PeerFigures? Read(IEnumerable<string> lines) =>
        lines.Select(line => line.Split(' ')).LastOrDefault(words => words.Length == 5 && words[0] == name) is { } words
            ? new(Number(words[1]), Number(words[2]), Number(words[3]), Number(words[4]))
            : null;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private Dictionary<string, string> Environment() => new()
    {
        ["QI_TEST_RABBITMQ"] = servers.RabbitMq,
        ["QI_TEST_REDIS"] = servers.Redis.Split(',')[0],
        ["PEER_SAMPLES"] = samples,
        ["PEER_SECONDS"] = options.Stretch.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        // run.sh sets it for the load generator.
        ["DOTNET_GCgen0size"] = "0",
        ["PEER_IN_FLIGHT"] = options.InFlight.ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>A peer that cannot be measured here.</summary>
internal sealed class PeerMissingException(string message) : Exception(message);
