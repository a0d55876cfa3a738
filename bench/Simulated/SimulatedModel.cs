using System.Runtime.InteropServices;
using QueueInference.Bench.Load;
using QueueInference.Bench.Models;

namespace QueueInference.Bench.Simulated;

/// <summary>The model of the simulated device, and jobs for it.</summary>
internal static class SimulatedModel
{
    /// <summary>Any model file does: the device does not read it.</summary>
    public static BenchModel Model => BenchModels.Null with { Name = "simulated", Settings = $$$"""{"batching":{"max_batch_size":{{{Accelerator.MaxBatch}}}}}""" };

    /// <summary>Different rows with their answers, and some that must fail.</summary>
    public static Sample[] Samples(string servedAs, int count, int poison = 0) =>
        [.. Enumerable.Range(0, count).Select(seed => Create(servedAs, new Random(seed), poisoned: seed < poison))];

    private static Sample Create(string servedAs, Random random, bool poisoned)
    {
        var row = BenchModel.Noise("x", random, 1, SimulatedRunner.Width);
        return poisoned ? PoisonOf(servedAs, row) : Sample.Create(servedAs, [row], "y", [.. Values(row).Select(value => value * 2)]);
    }

    /// <summary>A row that begins with -1, which makes the run fail.</summary>
    public static Sample PoisonOf(string servedAs, Contracts.Tensor row)
    {
        var values = Values(row);
        values[0] = -1;
        return Sample.Create(servedAs, [row with { Data = MemoryMarshal.AsBytes(values.AsSpan()).ToArray() }], "y", null);
    }

    private static float[] Values(Contracts.Tensor row) => MemoryMarshal.Cast<byte, float>(row.Data.Span).ToArray();
}
