using QueueInference.Core.Messaging;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;
using QueueInference.Core.Store;

namespace QueueInference.Functional.Promise;

/// <summary>A broker or a store that holds what this build cannot work with: it says so, and touches nothing.</summary>
public sealed class UnfitServicesTests(TestServices services)
{
    /// <summary>The broker names the first argument that differs, whichever that is.</summary>
    public static TheoryData<string, Dictionary<string, object?>> Mismatches => new()
    {
        { "", new() { ["x-queue-type"] = "classic" } },
        {
            "x-delivery-limit: it has '5' and must have '10000'.",
            new(RabbitMqTopology.QueueArguments.ToDictionary(pair => pair.Key, object? (pair) => pair.Value)) { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 5 }
        },
    };

    [Theory]
    [MemberData(nameof(Mismatches), DisableDiscoveryEnumeration = true)]
    public async Task QueueWithOtherArguments_IsNamedWithWhatToDo_HoldsUpNoOtherModel_AndIsServedOnceItIsGone(string argument, Dictionary<string, object?> arguments)
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=12", workers: 1);
        var model = cluster.Models.AddDigits();
        var other = cluster.Models.AddDigits();
        var queue = $"qi.run.{model}.normal";
        await using var broker = await BrokerInspector.ConnectAsync(services.RabbitMq);
        await broker.DeclareAsync(queue, arguments);
        var worker = cluster.Workers[0];
        worker.Launch();
        await Wait.UntilAsync(() => worker.Output.Contains($"The queue {queue} is there with another {argument}", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60), "the queue to be named");
        Assert.Contains($"rabbitmqctl delete_queue {queue}", worker.Output, StringComparison.Ordinal);
        Assert.False(worker.HasExited);
        await cluster.Api.StartAsync();
        var (_, meanwhile) = await cluster.Client.SubmitAsync(Digits.Body(other, Digits.Picture(1)), wait: 30);
        Assert.Equal("succeeded", JobClient.State(meanwhile));

        await broker.DeleteAsync(queue);
        await worker.ReadyAsync();
        var (_, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)), wait: 30);
        Assert.Equal("succeeded", JobClient.State(job));
    }

    [Theory]
    [InlineData("Api")]
    [InlineData("Worker")]
    public async Task StoreOfAnotherFormat_EndsTheProcessWithASentence(string host)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var client = RedisConnection.Open(redis.Address, TimeSpan.FromSeconds(10));
        await client.GetDatabase().StringSetAsync("qi:format", "99");
        using var models = new Repository();
        Dictionary<string, string> settings = new() { ["ConnectionStrings__RabbitMq"] = services.RabbitMq, ["ConnectionStrings__Redis"] = redis.Address };
        await using var process = host == "Worker" ? new HostProcess(host, settings, "--models", models.Folder) : new HostProcess(host, settings);
        process.Launch();
        await Wait.UntilAsync(() => process.HasExited, TimeSpan.FromSeconds(60), $"{host} to end: {process.Output}");
        Assert.Equal(1, process.ExitCode);
        Assert.Contains("The job store has format 99, and this build knows 1.", process.Output, StringComparison.Ordinal);
        Assert.Equal(["qi:format"], client.GetServers()[0].Keys().Select(key => key.ToString()));
    }
}
