using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>The first runs of a version: whether jobs may be joined and padded, and how many rows are best together.</summary>
/// <param name="model">The version.</param>
/// <param name="bound">How long a run may take.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what it refuses.</param>
internal sealed class ModelWarmup(LoadedModel model, RunBound bound, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan ShapeBudget = TimeSpan.FromSeconds(3), Budget = TimeSpan.FromSeconds(10);

    // Three jobs have a first, a middle and a last row.
    private const int Jobs = 3;

    private readonly IModelRunner _runner = bound.Of(model.Runner);
    private readonly BatchTuner _tuner = new(bound.Of(model.Runner), time);
    private readonly ModelSignature _signature = model.Runner.Signature;

    // The same data at every start, so that what was found can be found again.
    private readonly Random _random = new(1);
    private bool _takesZeros, _takesRandom;

    /// <summary>Runs everything. What the model refuses is logged and stays unknown.</summary>
    /// <param name="shapes">The known shapes; without them one is guessed, and nothing is measured but with samples.</param>
    /// <param name="samples">Jobs that another version has answered, if any.</param>
    public void Run(IReadOnlyList<TensorSpec[]> shapes, IReadOnlyList<Tensor[]> samples)
    {
        var isGuess = shapes.Count == 0;
        var first = isGuess ? WarmupShapes.Guess(_signature) : shapes[0];
        _takesZeros = Try(() => RunZeros(first), e => Log.WarmupFailed(logger, Name, Version, e));
        _takesRandom = Try(() => CheckBatching(first, isGuess), e => Log.BatchingUnchecked(logger, Name, Version, e));
        Try(() => CheckPadding(first, isGuess), e => Log.PaddingUnchecked(logger, Name, Version, e));
        Measure(shapes);
        if (isGuess || model.BatchSafe is null)
        {
            Try(() => new Rehearsal(model, _runner, _tuner, logger).Run(samples, ShapeBudget), e => Log.RehearsalFailed(logger, Name, Version, e));
        }
    }

    private string Name => model.Info.Model;

    private int Version => model.Info.Version;

    private static bool Try(Action check, Action<InferenceException> refused)
    {
        try
        {
            check();
            return true;
        }
        catch (InferenceException e)
        {
            // Made-up data may be illegal for the model, which says nothing against real inputs.
            refused(e);
            return false;
        }
    }

    /// <summary>Two rows, so that a model which gives one row for the whole batch shows itself before it meets two jobs.</summary>
    private void RunZeros(TensorSpec[] inputs)
    {
        var rows = _signature.Batchable ? 2 : 1;
        using var outputs = _runner.Run(WarmupData.Inputs(inputs, rows, null));
        if (_signature.Batchable && BatchSafety.WithoutRows(outputs.Tensors, rows) is { } output)
        {
            model.JudgeBatching(new(output.Name, double.PositiveInfinity));
            Log.NotBatchable(logger, Name, Version);
        }
    }

    private void CheckBatching(TensorSpec[] inputs, bool isGuess)
    {
        if (!_signature.Batchable)
        {
            _runner.Run(WarmupData.Inputs(inputs, 1, _random)).Dispose();
        }
        else if (model.BatchSafe is null)
        {
            var difference = BatchSafety.Compare(_runner, [.. Enumerable.Range(0, Jobs).Select(_ => WarmupData.Inputs(inputs, 1, _random))]);
            JudgeBatching(difference, isGuess);
        }
    }

    /// <summary>A difference proves something at any shape; that there is none says little at a shape that no job may ever have.</summary>
    private void JudgeBatching(OutputDifference? difference, bool isGuess)
    {
        if (difference is not null || !isGuess)
        {
            model.JudgeBatching(difference);
        }

        if (difference is not null)
        {
            Log.BatchUnsafe(logger, Name, Version, difference);
        }
    }

    private void CheckPadding(TensorSpec[] inputs, bool isGuess)
    {
        if (model.Buckets is not { PaddedLength: { } length } buckets)
        {
            return;
        }

        var job = WarmupData.Inputs(WarmupShapes.WithLength(inputs, buckets, length), Jobs, _random);
        var difference = PaddingSafety.Compare(_runner, buckets, job);
        if (difference is not null || !isGuess)
        {
            model.JudgePadding(difference);
        }

        if (difference is not null)
        {
            Log.PaddingUnsafe(logger, Name, Version, difference);
        }
    }

    private void Measure(IReadOnlyList<TensorSpec[]> shapes)
    {
        var started = time.GetTimestamp();
        foreach (var inputs in shapes.Where(_ => _takesRandom || _takesZeros))
        {
            var left = Budget - time.GetElapsedTime(started);
            if (left > TimeSpan.Zero)
            {
                Try(() => Measure(inputs, left < ShapeBudget ? left : ShapeBudget), e => Log.MeasuringFailed(logger, Name, Version, e));
            }
        }
    }

    private void Measure(TensorSpec[] inputs, TimeSpan budget)
    {
        var made = Make(1);
        _tuner.WarmOrMeasure(model.BatchSizes.For(TensorBatch.ShapeKey(made)), made, Rows, budget);

        Tensor[] Make(int rows) => WarmupData.Inputs(inputs, rows, _takesRandom ? _random : null);

        // Sizes ascend at first, and later runs take the first rows of the largest.
        IReadOnlyList<Tensor> Rows(int rows) => !_signature.Batchable ? made : WarmupData.FirstRows(made, rows) ?? (made = Make(rows));
    }
}
