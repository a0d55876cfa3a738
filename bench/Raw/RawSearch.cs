using QueueInference.Bench.Models;
using QueueInference.Worker.Inference;

namespace QueueInference.Bench.Raw;

/// <summary>Tries how a raw loop runs best.</summary>
internal static class RawSearch
{
    private const int Rounds = 2;

    /// <summary>Items per second of each setup, the best first. Each is tried twice, far apart, so that a neighbour's burst decides less.</summary>
    public static List<(RawSetup Setup, double PerSecond)> Try(BenchModel model, IEnumerable<RawSetup> setups, TimeSpan each) =>
    [
        .. Enumerable.Range(0, Rounds).SelectMany(_ => setups.Select(setup => (Setup: setup, PerSecond: Measure(model, setup, each))))
            .GroupBy(tried => tried.Setup, (setup, tries) => (setup, tries.Max(tried => tried.PerSecond))).OrderByDescending(tried => tried.Item2),
    ];

    /// <summary>Batches to 32; one and two threads, with and without spinning, and two loops of one thread; on a GPU batches to 128.</summary>
    public static IEnumerable<RawSetup> Setups(string provider = ExecutionProviders.Cpu) =>
        from batch in provider == ExecutionProviders.Cpu ? new[] { 1, 2, 4, 8, 16, 32 } : [1, 4, 16, 32, 64, 128]
        from threads in provider == ExecutionProviders.Cpu ? [(1, false, 1), (2, false, 1), (2, true, 1), (1, false, 2)] : new[] { (1, false, 1) }
        select new RawSetup(batch, threads.Item1, threads.Item2, threads.Item3, provider);

    public static double Measure(BenchModel model, RawSetup setup, TimeSpan time)
    {
        var loops = Enumerable.Range(0, setup.Loops).Select(_ => new RawLoop(model.Path, model.Row(new Random(0)), setup)).ToList();
        try
        {
            return loops.Select(loop => Task.Factory.StartNew(() => loop.Measure(time), TaskCreationOptions.LongRunning)).ToList().Sum(task => task.Result);
        }
        finally
        {
            loops.ForEach(loop => loop.Dispose());
        }
    }
}
