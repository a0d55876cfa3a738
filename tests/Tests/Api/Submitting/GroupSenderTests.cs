using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Api.Models;
using QueueInference.Api.Submitting;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;
using QueueInference.Tests.Core.Jobs;
using QueueInference.Tests.Shared;
using static QueueInference.Tests.Shared.StoreHarness;

namespace QueueInference.Tests.Api.Submitting;

/// <summary>A group on its way, over a real store; only the broker is a list.</summary>
public sealed class GroupSenderTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    private readonly StoreHarness _store = new(garnet.Redis);
    private readonly ListBus _bus = new();

    [Fact]
    public async Task Send_Group_IsOneMessageWithTheTraceOfItsFirstJob()
    {
        PendingSubmit[] group = [Traced(), Traced()];
        await Sender().SendAsync(group);
        var (jobs, traceParent) = JobGroupCodec.Decode(Assert.Single(_bus.Bodies));
        Assert.Equal(group.Select(submit => submit.Job.Id.Text), jobs.Select(job => job.Id));
        Assert.Equal(group[0].TraceParent, traceParent);
        Assert.NotEqual(group[1].TraceParent, traceParent);
        Assert.All(group, submit => Assert.Equal((null, JobState.Queued), (submit.Done.Result.Problem, submit.Done.Result.State)));
    }

    [Fact]
    public async Task Send_BrokerDoesNotConfirm_RefusesEachWithItsIdAndClosesTheGate()
    {
        _bus.Fault = new BrokerUnavailableException(new TimeoutException());
        var gate = Gate();
        var submit = Submit();
        await Sender(gate).SendAsync([submit]);
        Assert.Equal("enqueue-unconfirmed", (await submit.Done).Problem!.Slug);
        Assert.False(gate.IsOpen);

        var next = Submit();
        await Sender(gate).SendAsync([next]);
        Assert.Equal("broker-unavailable", (await next.Done).Problem!.Slug);
        Assert.Null(await _store.Reads.GetAsync(next.Job.Id, Stop));
    }

    [Fact]
    public async Task Send_SomethingUnforeseen_RefusesEachInsteadOfHanging()
    {
        _bus.Fault = new InvalidOperationException();
        var submit = Submit();
        await Sender().SendAsync([submit]);
        Assert.Equal("enqueue-unconfirmed", (await submit.Done).Problem!.Slug);
    }

    [Fact]
    public async Task Send_OneOverTheLimit_SendsTheOthers()
    {
        PendingSubmit[] group = [Submit(), Submit()];
        await Sender(submissions: _store.With(o => o.MaxQueuedPerModel = 1).Submissions).SendAsync(group);
        Assert.Equal([null, "queue-full"], group.Select(submit => submit.Done.Result.Problem?.Slug));
        Assert.Equal(group[0].Job.Id.Text, Assert.Single(JobGroupCodec.Decode(Assert.Single(_bus.Bodies)).Jobs).Id);
    }

    private PendingSubmit Submit() => new(_store.NewJob(), [], TimeProvider.System.GetTimestamp());

    private PendingSubmit Traced()
    {
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        return Submit();
    }

    private BrokerGate Gate() => new(_bus, TimeProvider.System, NullLogger<BrokerGate>.Instance);

    private GroupSender Sender(BrokerGate? gate = null, JobSubmissions? submissions = null) => new(
        submissions ?? _store.Submissions, _bus, gate ?? Gate(), new SubmitGate(Options.Create(new ApiOptions()), TimeProvider.System),
        new QueueRefusals(new DrainRates(null!, TimeProvider.System), Options.Create(new JobOptions()), TimeProvider.System),
        Options.Create(new ApiOptions()), TimeProvider.System, NullLogger<GroupSender>.Instance);

    private sealed class ListBus : IJobBus
    {
        public List<byte[]> Bodies { get; } = [];
        public Exception? Fault { get; set; }
        public bool Redelivers => true;
        public bool Connected => true;

        public Task PublishAsync(string queue, byte[] body, CancellationToken cancellationToken)
        {
            Bodies.Add(body);
            return Fault is null ? Task.CompletedTask : Task.FromException(Fault);
        }

        public Task ProbeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<IAsyncDisposable> SubscribeAsync(string queue, int prefetch, Func<Delivery, Task> handler, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task ParkAsync(Delivery delivery, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
