using Microsoft.Extensions.DependencyInjection;
using QueueInference.Core.Messaging;
using QueueInference.Functional.Services;
using QueueInference.Tests.Shared;

namespace QueueInference.Functional.Core;

public sealed class RabbitMqJobBusTests(TestServices broker) : JobBusContract
{
    protected override void Register(IServiceCollection services) => services.AddRabbitMqJobBus(new Uri(broker.RabbitMq));

    [Fact]
    public async Task Publish_NothingBound_DeclaresTheQueueAndArrives()
    {
        var queue = "qi.run.unbound" + Guid.NewGuid().ToString("N") + ".low";
        await Bus.PublishAsync(queue, [7], TestContext.Current.CancellationToken);
        var seen = new TaskCompletionSource<byte>();
        await using var subscription = await Bus.SubscribeAsync(queue, 16, delivery =>
        {
            seen.TrySetResult(delivery.Body.Span[0]);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
        Assert.Equal(7, await seen.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Park_UnreadableMessage_IsKept() => await Bus.ParkAsync(new Delivery("q", "m", new byte[] { 1 }), "test", TestContext.Current.CancellationToken);
}
