using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>peers: the service, HTTP in front, beside Celery, BullMQ and Hangfire, whose drivers submit through their own clients.</summary>
internal static class PeersRow
{
    private static readonly string[] Names = ["celery", "bullmq", "hangfire"];

    /// <summary>One of those measured, its figures, and why there are none.</summary>
    private sealed record Contender(string Name, Func<Task<PeerFigures>> Measure)
    {
        public List<PeerFigures> Figures { get; } = [];
        public string? Missing { get; set; }

        public Series Of(Func<PeerFigures, double> figure) => new(Figures.Select(figure));
    }

    public static async Task<Outcome> RunAsync(RowContext context, BenchModel? model)
    {
        if (model is null)
        {
            return Outcome.NotRun("Set QI_MODELS_SHARED to the folder that has text-direction/model.onnx.");
        }

        using var models = new ModelFolder();
        var samples = model.Samples(models.Add(model), 16);
        var folder = Path.Combine(models.Folder, ".samples");
        SampleFolder.Write(model, folder);
        await using var platform = await Platform.StartAsync(context.Servers, models);
        var load = await Throughput.ChooseAsync(platform, samples, context.Options.InFlight);
        var ours = new Contender("QueueInference", () => OursAsync(platform, load, context.Options.Stretch));
        var peers = Names.Select(name => new PeerScript(name, context.Servers, context.Options, folder)).Select(script => new Contender(script.Name, script.RunAsync)).ToList();
        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            ours.Figures.Add(await ours.Measure());
            foreach (var peer in peers.Where(peer => peer.Missing is null))
            {
                await MeasureAsync(peer);
            }
        }

        Print(ours, peers);
        return Judge(ours, peers);
    }

    private static async Task MeasureAsync(Contender peer)
    {
        try
        {
            peer.Figures.Add(await peer.Measure());
        }
        catch (PeerMissingException e)
        {
            peer.Missing = e.Message;
        }
    }

    private static async Task<PeerFigures> OursAsync(Platform platform, Func<TimeSpan, Task<LoadResult>> load, TimeSpan length)
    {
        var before = Cpu.Seconds(platform.Processes);
        var result = await load(length);
        var used = Cpu.Since(before, Cpu.Seconds(platform.Processes)).Values.Sum();
        return result.Wrong > 0
            ? throw new InvalidOperationException($"{result.Wrong} of {result.Sent} answers were wrong. {result.Fault}")
            : new(result.PerSecond, used * 1000 / result.Sent, result.Latency.Percentile(50), result.Latency.Percentile(99));
    }

    /// <summary>Ours over a peer's, each pair from the same minutes.</summary>
    private static Series Ratio(Contender ours, Contender peer) => new(ours.Figures.Zip(peer.Figures, (our, its) => our.PerSecond / its.PerSecond));

    private static void Print(Contender ours, List<Contender> peers)
    {
        var table = new Table($"median (min–max) of {ours.Figures.Count}", "jobs/s", "CPU-ms per job", "p50 ms", "p99 ms", "ours ÷ its jobs/s");
        foreach (var one in peers.Prepend(ours).Where(one => one.Missing is null))
        {
            table.Add(one.Name, $"{one.Of(its => its.PerSecond)}", $"{one.Of(its => its.CpuMs)}", $"{one.Of(its => its.P50)}", $"{one.Of(its => its.P99)}", one == ours ? "" : $"{Ratio(ours, one)}");
        }

        table.Print();
        Console.WriteLine("CPU time is that of all processes, load generators included. Every answer was compared with ONNX Runtime's own.");
    }

    /// <summary>The ratio to the best peer; without all of them there is none.</summary>
    private static Outcome Judge(Contender ours, List<Contender> peers)
    {
        var missing = peers.Where(peer => peer.Missing is not null).Select(peer => peer.Missing).ToList();
        return missing.Count > 0 ? Outcome.NotRun(string.Join('\n', missing)) : Outcome.Of(peers.Min(peer => Ratio(ours, peer).Median));
    }
}
