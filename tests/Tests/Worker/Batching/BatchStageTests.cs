using System.Buffers;
using QueueInference.Contracts;
using QueueInference.Tests.Worker.Jobs;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class BatchStageTests : IDisposable
{
    private readonly BatchStage _stage = new(new StubModel(inputs => inputs), buckets: null);

    public void Dispose() => _stage.Dispose();

    [Fact]
    public void Arrange_Parts_LieSideBySide()
    {
        Assert.Equal(2, _stage.Arrange([Whole(Job(1)), Whole(Job(2, 3))]).Count);

        var inputs = _stage.Read();
        Assert.Equal(["x", "y"], inputs.Select(input => input.Name));
        Assert.Equal([3, 2], inputs[0].Shape);
        Assert.Equal([1f, 1, 2, 2, 3, 3], inputs[0].ToFloats());
        Assert.Equal([-1f, -2, -3], inputs[1].ToFloats());
    }

    [Fact]
    public void Arrange_MoreOfTheSame_KeepsWhatIsThere()
    {
        var (first, second) = (Job(1), Job(2));
        // Room for two first, or the memory would be made anew.
        _stage.Arrange([Whole(first), Whole(Job(3))]);
        Corrupt(first);

        _stage.Arrange([Whole(first), Whole(second)]);

        // The first row was not copied again, or it would be 99.
        Assert.Equal([1f, 1, 2, 2], _stage.Read()[0].ToFloats());
    }

    [Fact]
    public void Arrange_OneInTheMiddleGone_KeepsTheFrontAndOrdersTheRest()
    {
        var jobs = Enumerable.Range(1, 4).Select(i => Job(i)).ToArray();
        _stage.Arrange([.. jobs.Select(Whole)]);
        Corrupt(jobs[0]);

        var arranged = _stage.Arrange([Whole(jobs[3]), Whole(jobs[2]), Whole(jobs[0])]);

        Assert.Equal(jobs[0], arranged[0].Job);
        Assert.Equal(arranged.SelectMany(part => part.Job == jobs[0] ? [1f, 1] : part.Job == jobs[2] ? [3f, 3] : new[] { 4f, 4 }), _stage.Read()[0].ToFloats());
    }

    [Fact]
    public void Arrange_AnotherShape_StartsAfresh()
    {
        _stage.Arrange([Whole(Job(1)), Whole(Job(2))]);
        var other = TestJobs.With(TestTensors.Floats("x", [1, 5], 1, 2, 3, 4, 5), TestTensors.Floats("y", [1, 1], 6));

        _stage.Arrange([Whole(other), Whole(other) with { FirstRow = 0 }]);

        Assert.Equal([1f, 2, 3, 4, 5], _stage.Read()[0].ToFloats()[..5]);
        Assert.Equal([6f], _stage.Read()[1].ToFloats()[..1]);
    }

    [Fact]
    public void Arrange_MoreThanFit_CopiesThemAllAgain()
    {
        var jobs = Enumerable.Range(1, 100).Select(i => Job(i)).ToArray();
        foreach (var count in new[] { 1, 3, 40, 100 })
        {
            _stage.Arrange([.. jobs.Take(count).Select(Whole)]);
            Assert.Equal(Enumerable.Range(1, count).SelectMany(i => new float[] { i, i }), _stage.Read()[0].ToFloats());
            Assert.Equal(Enumerable.Range(1, count).Select(i => (float)-i), _stage.Read()[1].ToFloats());
        }
    }

    [Fact]
    public void Arrange_PartOfAJob_CopiesItsRowsOnly()
    {
        var large = Job(1, 2, 3, 4);

        _stage.Arrange([new BatchPart(large, 1, 2), Whole(Job(9))]);

        Assert.Equal([2f, 2, 3, 3, 9, 9], _stage.Read()[0].ToFloats());
    }

    private static BatchPart Whole(HeldJob job) => new(job, 0, job.Rows);

    /// <summary>A job whose rows hold the numbers: twice in x, negative in y.</summary>
    private static HeldJob Job(params float[] rows) => TestJobs.With(
        TestTensors.Floats("x", [rows.Length, 2], [.. rows.SelectMany(row => new[] { row, row })]),
        TestTensors.Floats("y", [rows.Length, 1], [.. rows.Select(row => -row)]));

    private static void Corrupt(HeldJob job) => job.Inputs =
        [.. job.Inputs.Select(input => input with { Data = TestTensors.Floats("", [input.ElementCount], [.. Enumerable.Repeat(99f, (int)input.ElementCount)]).Data })];
}
