using QueueInference.Contracts;
using QueueInference.Core.Tensors;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>Finds out whether jobs may share a batch: rows run together must give what the same rows give alone.</summary>
internal static class BatchSafety
{
    /// <summary>Whether a comparison of these jobs would prove anything: equal rows would not.</summary>
    public static bool CanTell(IReadOnlyList<IReadOnlyList<Tensor>> jobs) =>
        jobs.Count > 1 && !jobs[0].Zip(jobs[1]).All(pair => pair.First.Data.Span.SequenceEqual(pair.Second.Data.Span));

    /// <summary>Whether these jobs give together what each gives alone: the output that differs most, or null where nothing differs.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="jobs">The inputs of two jobs or more, different ones, all with the same <see cref="TensorBatch.ShapeKey"/>.</param>
    /// <exception cref="InferenceException">The model refuses one of them, which says nothing.</exception>
    public static OutputDifference? Compare(IModelRunner runner, IReadOnlyList<IReadOnlyList<Tensor>> jobs)
    {
        var alone = jobs.Select(job => Run(runner, job)).ToList();
        var together = Run(runner, TensorBatch.Stack(jobs));
        int[] rows = [.. jobs.Select(job => SignatureCheck.Rows(runner.Signature, job))];
        return WithoutRows(together, rows.Sum()) is { } output
            ? new(output.Name, double.PositiveInfinity)
            : alone.Zip(TensorBatch.Split(together, rows), (one, other) => OutputComparison.Find(one, other, runner.Device))
                .OfType<OutputDifference>().MaxBy(difference => difference.Largest);
    }

    /// <summary>An output that has not one row for each that went in; null where all have.</summary>
    public static Tensor? WithoutRows(IEnumerable<Tensor> outputs, int rows) => outputs.FirstOrDefault(output => output.Shape is not [var own, ..] || own != rows);

    /// <summary>Runs, and copies the outputs so that they outlive the run.</summary>
    public static Tensor[] Run(IModelRunner runner, IReadOnlyList<Tensor> inputs)
    {
        using var outputs = runner.Run(inputs);
        return [.. outputs.Tensors.Select(output => output with { Data = output.Data.ToArray() })];
    }
}
