using QueueInference.Contracts;
using QueueInference.Tests.Worker.Jobs;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class BatchChooserTests
{
    private static readonly ModelSignature Signature = new(
        [new("x", TensorDatatype.Fp32, [-1, -1, 1 << 20], ["N", "sequence", ""])], [new("y", TensorDatatype.Fp32, [-1], ["N"])]);

    private readonly BatchQueue _queue = new();

    [Fact]
    public void Choose_DeadlinePassed_IsNotRun()
    {
        var late = TestJobs.Held(deadline: 2000);
        var well = TestJobs.Held(deadline: 3000);
        _queue.Add(late);
        _queue.Add(well);

        var (parts, expired) = Chooser().Choose(_queue, now: 2000);

        Assert.Equal([well], parts.Select(part => part.Job));
        Assert.Equal([late], expired);
    }

    [Fact]
    public void Choose_JobThatHasStarted_DoesNotExpire()
    {
        var job = TestJobs.Held(deadline: 2000);
        job.TryMove(HeldPhase.Waiting, HeldPhase.Started);
        _queue.Add(job);

        Assert.Empty(Chooser().Choose(_queue, now: 9000).Expired);
    }

    /// <summary>64 rows of 16 MiB would be a gigabyte: shapes come from clients, and padding multiplies them.</summary>
    [Theory]
    [InlineData(4, 16)]
    [InlineData(1, 16)]
    public void Choose_LargeRows_AreBoundedAsTheyAreStaged(int length, int expected)
    {
        var data = new byte[length << 22];
        for (var i = 0; i < 64; i++)
        {
            var job = TestJobs.Rows(1, "s");
            (job.Inputs, job.Length) = ([new Tensor("x", TensorDatatype.Fp32, [1, length, 1 << 20], data)], length);
            _queue.Add(job);
        }

        Assert.Equal(expected, Chooser().Choose(_queue, now: 1000).Parts.Count);
    }

    [Fact]
    public void NeedsStage_LoneJob_RunsFromItsMessage()
    {
        var job = TestJobs.Rows(3);

        Assert.False(Chooser().NeedsStage([]));
        Assert.False(Chooser().NeedsStage([new BatchPart(job, 0, 3)]));
        Assert.True(Chooser().NeedsStage([new BatchPart(job, 0, 3), new BatchPart(TestJobs.Rows(1), 0, 1)]));
    }

    private static BatchChooser Chooser()
    {
        var buckets = SequenceBuckets.Create(Signature, new BatchingSettings { SequenceBuckets = [4] });
        var info = new ModelVersionInfo("m", 1, Signature, 64, 8, 3, "");
        return new BatchChooser(new LoadedModel(info, new StubModel(inputs => inputs, Signature), new ModelSettings(), new BatchSizes(64)) { Buckets = buckets });
    }
}
