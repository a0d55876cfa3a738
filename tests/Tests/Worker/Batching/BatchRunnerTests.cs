using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QueueInference.Contracts;
using QueueInference.Tests.Worker.Jobs;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class BatchRunnerTests
{
    private readonly List<string> _ends = [];

    [Fact]
    public void Run_JobsOfDifferentRows_GiveEachItsOwnRows()
    {
        using var model = TestModels.Load("two_in_two_out");
        HeldJob[] batch = [.. Enumerable.Range(1, 4).Select(rows => Pair(rows, rows * 10f))];

        PartOutcome[] outcomes = [.. Run(model, batch)];

        Assert.Equal(batch, outcomes.Select(outcome => outcome.Part.Job));
        Assert.All(outcomes, outcome =>
        {
            Assert.Null(outcome.Failure);
            Assert.Equal(10, outcome.BatchRows);
            Assert.Equal(["sum", "diff"], outcome.Outputs!.Select(output => output.Name));
            Assert.Equal([outcome.Part.Job.Rows, 3], outcome.Outputs![0].Shape);
            Assert.All(outcome.Outputs[0].ToFloats(), value => Assert.Equal(outcome.Part.Job.Rows * 10f + 1, value));
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(15)]
    public void Run_OneBadJob_HarmsNoNeighbour(int culprit)
    {
        using var model = TestModels.Load("fails_on_negative");
        HeldJob[] batch = [.. Enumerable.Range(0, 16).Select(i => Row(i == culprit ? -1 : i))];

        PartOutcome[] outcomes = [.. Run(model, batch)];

        Assert.Equal(batch, outcomes.Select(outcome => outcome.Part.Job));
        for (var i = 0; i < batch.Length; i++)
        {
            Assert.Equal(i == culprit ? InferenceFailure.Failed : null, outcomes[i].Failure);
            Assert.Equal(i == culprit ? null : [i, i, i, i], outcomes[i].Outputs?[0].ToFloats());
        }
    }

    [Fact]
    public void Run_AllBad_FailsEachAlone()
    {
        using var model = TestModels.Load("fails_on_negative");

        PartOutcome[] outcomes = [.. Run(model, [Row(-1), Row(-2), Row(-3)])];

        Assert.Equal(3, outcomes.Length);
        Assert.All(outcomes, outcome => Assert.Equal((InferenceFailure.Failed, 1), (outcome.Failure, outcome.BatchRows)));
    }

    [Fact]
    public void Run_OneBadJobOfSixteen_CostsSixMoreRuns()
    {
        var model = new StubModel(inputs => inputs[0].ToFloats().Min() < 0 ? throw new InferenceException(InferenceFailure.Failed, "no") : inputs);

        PartOutcome[] outcomes = [.. Run(model, [.. Enumerable.Range(0, 16).Select(i => Row(i == 3 ? -1 : i))])];

        Assert.Equal(7, model.Runs);
        Assert.Equal([2, 2, 1, 1, 12, 12], outcomes.Take(6).Select(outcome => outcome.BatchRows));
    }

    /// <summary>What the documentation promises, wherever the culprit is.</summary>
    [Fact]
    public void Run_OneBadJobOf32_CostsSevenMoreRunsAtMost()
    {
        for (var culprit = 0; culprit < 32; culprit++)
        {
            var model = new StubModel(inputs => inputs[0].ToFloats().Min() < 0 ? throw new InferenceException(InferenceFailure.Failed, "no") : inputs);
            HeldJob[] jobs = [.. Enumerable.Range(0, 32).Select(i => Row(i == culprit ? -1 : i))];

            var outcomes = Run(model, jobs);

            Assert.InRange(model.Runs, 1, 8);
            Assert.Equal(jobs, outcomes.Select(outcome => outcome.Part.Job));
            Assert.Equal([culprit], Enumerable.Range(0, 32).Where(i => outcomes[i].Failure is not null));
        }
    }

    [Fact]
    public void Run_BatchOutOfMemory_SucceedsInHalves()
    {
        var model = new StubModel(inputs => inputs[0].Shape[0] > 4 ? throw new InferenceException(InferenceFailure.OutOfMemory, "no") : inputs);

        PartOutcome[] outcomes = [.. Run(model, [.. Enumerable.Range(0, 16).Select(i => Row(i))])];

        Assert.All(outcomes, outcome => Assert.Equal((null, 4), (outcome.Failure, outcome.BatchRows)));
    }

    [Fact]
    public void Run_LoneJobOutOfMemory_SaysSo()
    {
        var model = new StubModel(_ => throw new InferenceException(InferenceFailure.OutOfMemory, "no"));

        Assert.Equal(InferenceFailure.OutOfMemory, Assert.Single(Run(model, [Row(1)])).Failure);
    }

    [Fact]
    public void Run_AnyOtherException_IsAFailure()
    {
        var model = new StubModel(_ => throw new InvalidOperationException("a bug"));

        Assert.Equal(InferenceFailure.Failed, Assert.Single(Run(model, [Row(1)])).Failure);
    }

    [Fact]
    public void Run_OutputWithoutTheRows_RunsEachAlone()
    {
        using var model = TestModels.Load("doubles_its_rows");
        var job = () => TestJobs.With(TestTensors.Floats("x", [1, 2], 3, 4));

        PartOutcome[] outcomes = [.. Run(model, [job(), job()])];

        Assert.All(outcomes, outcome => Assert.Equal([3f, 4, 3, 4], outcome.Outputs![0].ToFloats()));
    }

    [Fact]
    public void Run_BatchOutOfMemory_RemembersTheSize()
    {
        var model = TestModels.Loaded(new StubModel(inputs => inputs[0].Shape[0] > 4 ? throw new InferenceException(InferenceFailure.OutOfMemory, "no") : inputs));

        Run(model, [.. Enumerable.Range(0, 16).Select(i => Row(i))]);

        Assert.Equal(4, model.BatchSizes.For("").Choose(100));
    }

    [Fact]
    public void Run_LargeJobOutOfMemory_RunsInPieces()
    {
        var stub = new StubModel(inputs => inputs[0].Shape[0] > 2 ? throw new InferenceException(InferenceFailure.OutOfMemory, "no") : inputs);

        var outcome = Assert.Single(Run(stub, [TestJobs.With(TestTensors.Floats("x", [5, 1], 1, 2, 3, 4, 5))]));

        Assert.Equal([1f, 2, 3, 4, 5], outcome.Outputs![0].ToFloats());
    }

    [Fact]
    public void Run_OutputNotFinite_FailsThatJobAlone()
    {
        var stub = new StubModel(inputs => [TestTensors.Floats("y", inputs[0].Shape, [.. inputs[0].ToFloats().Select(value => 1 / value)])]);

        Assert.Equal([null, InferenceFailure.NotFinite, null],
            Run(stub, [Row(1), Row(0), Row(2)], settings: new ModelSettings { FiniteOutputs = true }).Select(outcome => outcome.Failure));
        Assert.Equal(1, stub.Runs);
        Assert.All(Run(stub, [Row(1), Row(0)]), outcome => Assert.Null(outcome.Failure));
    }

    [Fact]
    public void Run_DeviceLost_EndsTheProcess()
    {
        var stub = new StubModel(_ => throw InferenceException.From(new InvalidOperationException("CUDA failure 700: an illegal memory access was encountered")));

        Run(stub, [Row(1)]);

        Assert.Contains("cpu failed: CUDA failure 700", Assert.Single(_ends));
    }

    [Fact]
    public void Run_Stopped_FailsTheCulpritAlone()
    {
        var stub = new StubModel(inputs => inputs[0].ToFloats().Min() < 0 ? throw new InferenceException(InferenceFailure.Stopped, "no") : inputs);

        Assert.Equal([null, null, InferenceFailure.Stopped, null], Run(stub, [Row(1), Row(2), Row(-1), Row(3)]).Select(outcome => outcome.Failure));
    }

    [Fact]
    public void Run_Time_IsTheRunsOwn()
    {
        var time = new FakeTimeProvider();
        var model = new StubModel(inputs =>
        {
            time.Advance(TimeSpan.FromMilliseconds(12.5));
            return inputs;
        });

        Assert.Equal(12.5, Assert.Single(Run(model, [Row(1)], time)).InferenceMs);
    }

    private IReadOnlyList<PartOutcome> Run(IModelRunner runner, IReadOnlyList<HeldJob> jobs, TimeProvider? time = null, ModelSettings? settings = null) =>
        Run(TestModels.Loaded(runner, settings: settings), jobs, time);

    private IReadOnlyList<PartOutcome> Run(LoadedModel model, IReadOnlyList<HeldJob> jobs, TimeProvider? time = null) =>
        new BatchRunner(model, new WatchedRunner(model.Runner, Watchdog()), time ?? TimeProvider.System, NullLogger.Instance).Run(Batch(model, jobs)).Parts;

    private static SealedBatch Batch(LoadedModel model, IReadOnlyList<HeldJob> jobs) =>
        new([.. jobs.Select(job => new BatchPart(job, 0, job.Rows))], TensorBatch.Stack([.. jobs.Select(job => job.Inputs)]))
        {
            MayCut = true, SizeTable = model.BatchSizes.For(""),
        };

    private RunWatchdog Watchdog() => new(TimeSpan.FromMinutes(1), TimeProvider.System, NullLogger.Instance, _ends.Add);

    private static HeldJob Row(float value) => TestJobs.With(TestTensors.Floats("x", [1, 4], value, value, value, value));

    private static HeldJob Pair(int rows, float value) => TestJobs.With(
        TestTensors.Floats("a", [rows, 3], [.. Enumerable.Repeat(value, rows * 3)]), TestTensors.Floats("b", [rows, 3], [.. Enumerable.Repeat(1f, rows * 3)]));
}
