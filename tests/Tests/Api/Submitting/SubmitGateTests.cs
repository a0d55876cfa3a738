using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using QueueInference.Api.Hosting;
using QueueInference.Api.Problems;
using QueueInference.Api.Submitting;
using Xunit;

namespace QueueInference.Tests.Api.Submitting;

public sealed class SubmitGateTests
{
    private const int MiB = 1 << 20;
    private readonly FakeTimeProvider _time = new();
    private readonly SubmitGate _gate;

    public SubmitGateTests() => _gate = new SubmitGate(Options.Create(new ApiOptions { MaxPendingSubmits = 2, MaxPendingBytes = 4 * MiB }), _time);

    [Fact]
    public void TryEnter_AsManyWaitAsMay_RefusedUntilOneIsAnswered()
    {
        var (first, second) = (Enter(1), Enter(1));
        first.Wait();
        second.Wait();
        Assert.True(_gate.IsFull);
        Assert.False(_gate.TryEnter(1, out _));
        Assert.False(_gate.TryEnterUpload(1, out _));
        second.Dispose();
        Assert.False(_gate.IsFull);
        Enter(1).Wait();
    }

    [Fact]
    public void TryEnter_BodiesStillArrive_CountByTheirBytesAlone()
    {
        var arriving = Enumerable.Range(0, 4).Select(_ => Enter(MiB)).ToList();
        Assert.True(_gate.IsFull);
        Assert.False(_gate.TryEnter(1, out _));
        arriving[0].Dispose();
        Enter(MiB);
    }

    [Fact]
    public void Wait_TooManyBodiesCameMeanwhile_Refused()
    {
        var admissions = Enumerable.Range(0, 3).Select(_ => Enter(1)).ToList();
        admissions[0].Wait();
        admissions[1].Wait();
        Assert.Equal("overloaded", Assert.Throws<ProblemException>(admissions[2].Wait).Problem.Slug);
        admissions.ForEach(admission => admission.Dispose());
        Enter(1).Wait();
        Enter(1).Wait();
        Assert.True(_gate.IsFull);
    }

    [Fact]
    public void Hold_BodyGrowsBeyondTheRoom_RefusedAndAllIsGivenBack()
    {
        using var other = Enter(MiB);
        var growing = Enter(MiB);
        growing.Hold(MiB);
        Assert.Equal("overloaded", Assert.Throws<ProblemException>(() => growing.Hold(2 * MiB)).Problem.Slug);
        growing.Dispose();
        Enter(3 * MiB);
        Assert.True(_gate.IsFull);
    }

    [Fact]
    public void TryEnterUpload_ManyUploads_KeepOnlyUploadsOut()
    {
        var uploads = Enumerable.Range(0, 3).Select(_ => _gate.TryEnterUpload(100, out var admission) ? admission : throw new InvalidOperationException()).ToList();
        Assert.False(_gate.TryEnterUpload(100, out _));
        Assert.False(_gate.IsFull);
        Enter(MiB);
        uploads[0].Dispose();
        Assert.True(_gate.TryEnterUpload(100, out _));
    }

    [Fact]
    public void Refusal_AnswersAreMeasured_FollowsThem()
    {
        Assert.InRange(_gate.Refusal().RetryAfter!.Value, 10, 20);
        _gate.Answered(1, TimeSpan.FromSeconds(4));
        var refusal = _gate.Refusal();
        Assert.Equal(4, refusal.RetryAfter);
        Assert.Contains("in 4 seconds", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusal_NothingIsAnsweredAnyMore_LaterButNotMuch()
    {
        Enter(1).Wait();
        _gate.Answered(1000, TimeSpan.FromSeconds(1));
        Assert.Equal(1, _gate.Refusal().RetryAfter);
        _time.Advance(TimeSpan.FromHours(1));
        Enter(1).Wait();
        Assert.InRange(_gate.Refusal().RetryAfter!.Value, 3, 30);
    }

    [Fact]
    public void Refusal_AfterAnHourWithoutSubmissions_AsBeforeIt()
    {
        using (Enter(1))
        {
            _gate.Answered(1000, TimeSpan.FromSeconds(1));
        }

        _time.Advance(TimeSpan.FromHours(1));
        Enter(1).Wait();
        Enter(1).Wait();
        Assert.Equal(1, _gate.Refusal().RetryAfter);
    }

    private SubmitAdmission Enter(long bytes) => _gate.TryEnter(bytes, out var admission) ? admission : throw new InvalidOperationException("refused");
}
