using QueueInference.Contracts;
using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class JobSamplesTests
{
    private const int Second = 1000;

    private static readonly ModelSignature Rows = new([new("x", TensorDatatype.Fp32, [-1, -1], ["N", ""])], [new("x", TensorDatatype.Fp32, [-1, -1], ["N", ""])]);
    private static readonly ModelSignature Whole = new([new("x", TensorDatatype.Fp32, [2, 1], ["", ""])], [new("x", TensorDatatype.Fp32, [2, 1], ["", ""])]);

    private readonly JobSamples _samples = new();

    [Fact]
    public void Jobs_NoneOffered_AreNone() => Assert.Empty(_samples.Jobs);

    [Fact]
    public void Offer_JobOfManyRows_CopiesTheFirst()
    {
        var job = TestTensors.Floats("x", [2, 1], 3, 4);
        _samples.Offer(Rows, [job], now: 0);

        var sample = Assert.Single(Assert.Single(_samples.Jobs));
        Assert.Equal([1, 1], sample.Shape);
        Assert.Equal([3f], sample.ToFloats());
        Assert.False(sample.Data.Span.Overlaps(job.Data.Span));
    }

    [Fact]
    public void Offer_ModelWithoutBatchAxis_CopiesAll()
    {
        _samples.Offer(Whole, [TestTensors.Floats("x", [2, 1], 3, 4)], now: 0);

        Assert.Equal([3f, 4f], Assert.Single(Assert.Single(_samples.Jobs)).ToFloats());
    }

    [Fact]
    public void Offer_ManyJobs_KeepsThreeAndOneOfEachSecond()
    {
        for (var now = 0; now <= 4 * Second; now += Second / 4)
        {
            _samples.Offer(Rows, [TestTensors.Floats("x", [1, 1], now)], now);
        }

        Assert.Equal([4f * Second, 3 * Second, 2 * Second], _samples.Jobs.Select(job => job[0].ToFloats()[0]));
    }

    [Fact]
    public void Offer_OtherShape_OnlyThatWhichCameLast()
    {
        _samples.Offer(Rows, [TestTensors.Floats("x", [1, 1], 1)], now: 0);
        _samples.Offer(Rows, [TestTensors.Floats("x", [1, 2], 2, 2)], now: Second);
        _samples.Offer(Rows, [TestTensors.Floats("x", [1, 1], 3)], now: 2 * Second);

        Assert.Equal([3f, 1f], _samples.Jobs.Select(job => job[0].ToFloats()[0]));
    }

    [Fact]
    public void Offer_RowOfMoreThanAMebibyte_IsNotKept()
    {
        _samples.Offer(Rows, [TestTensors.Floats("x", [1, 300_000], new float[300_000])], now: 0);

        Assert.Empty(_samples.Jobs);
    }
}
