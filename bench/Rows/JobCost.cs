using System.Diagnostics;
using QueueInference.Bench.Load;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>What jobs cost one service at full load, stretch by stretch.</summary>
/// <param name="name">For the table.</param>
/// <param name="load">One stretch; what it calls sent is what the CPU time is divided by.</param>
/// <param name="processes">Whose CPU time counts.</param>
/// <param name="settle">Returns when nothing of the stretch goes on.</param>
internal sealed class JobCost(string name, Func<Task<LoadResult>> load, Dictionary<string, int[]> processes, Func<Task> settle)
{
    private const double Warm = 0.93;
    private const int MostWarm = 8;
    private static readonly TimeSpan LeastWarm = TimeSpan.FromSeconds(20);
    private readonly List<double> _rates = [];
    private readonly List<Dictionary<string, double>> _used = [];

    /// <summary>Jobs per second, of each stretch.</summary>
    public IReadOnlyList<double> Rates => _rates;

    /// <summary>CPU-µs per job of all processes but the generator, of each stretch.</summary>
    public IEnumerable<double> Micros => _used.Select(one => one.Values.Sum() - one[Servers.Generator]);

    /// <summary>Set when an answer that counts was wrong.</summary>
    public Outcome? Fault { get; private set; }

    /// <summary>Not counted: until a stretch costs about as much as the one before it, since compilers work in the first ones.</summary>
    public async Task WarmAsync()
    {
        var (watch, last, settled) = (Stopwatch.StartNew(), double.PositiveInfinity, false);
        for (var stretch = 0; stretch < MostWarm && !(settled && watch.Elapsed > LeastWarm); stretch++)
        {
            await MeasureAsync();
            (last, settled) = (Micros.Last(), Micros.Last() > Warm * last);
        }

        _rates.Clear();
        _used.Clear();
        Fault = null; // A cold service may refuse jobs; one that goes on doing so is found out below.
    }

    public async Task MeasureAsync()
    {
        var before = Cpu.Seconds(processes);
        var result = await load();
        await settle();
        _used.Add(Cpu.Since(before, Cpu.Seconds(processes)).ToDictionary(group => group.Key, group => group.Value * 1e6 / result.Sent));
        _rates.Add(result.PerSecond);
        Check(result);
    }

    /// <summary>A table with a column for each.</summary>
    public static void Print(params JobCost[] costs)
    {
        var table = new Table([$"median (min–max) of {costs[0]._rates.Count}", .. costs.Select(cost => cost.Name)]);
        void Add(string what, Func<JobCost, IEnumerable<double>> figures) => table.Add([what, .. costs.Select(cost => $"{new Series(figures(cost))}")]);
        Add("jobs/s", cost => cost._rates);
        foreach (var process in costs[0]._used[0].Keys)
        {
            Add($"CPU-µs per job, {process}", cost => cost._used.Select(one => one[process]));
        }

        Add("CPU-µs per job, all but the generator", cost => cost.Micros);
        table.Print();
    }

    private string Name => name;

    private void Check(LoadResult result) =>
        Fault ??= result.Wrong == 0 ? null : Outcome.Void($"{name}: {result.Wrong} of {result.Sent} answers were wrong. {result.Fault}");
}
