using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using QueueInference.Worker.Jobs;
using StackExchange.Redis;
using Xunit;

namespace QueueInference.Tests.Worker.Jobs;

public sealed class JobReleaserTests
{
    [Fact]
    public async Task ReleaseAsync_StoreIsFull_GivesTheMessagesBackAllTheSame()
    {
        var held = new HeldJobs();
        HeldJob[] jobs = [TestJobs.Held(new MessageHold("m1")), TestJobs.Held(new MessageHold("m2"))];
        foreach (var job in jobs)
        {
            held.Add(job);
            job.Message.Settle();
        }

        await Releaser(held).ReleaseAsync(jobs);

        Assert.True(held.IsEmpty);
        Assert.All(jobs, job => Assert.True(job.Message.Settled is { IsCompletedSuccessfully: true, Result: true }));
    }

    private static JobReleaser Releaser(HeldJobs held)
    {
        var store = new RedisStore(DispatchProxy.Create<IConnectionMultiplexer, FullRedis>(), new RedisStoreOptions(TimeSpan.FromSeconds(1)));
        var claims = new JobClaims(store, Options.Create(new JobOptions()));
        return new JobReleaser(claims, held, new StoreRetry(new FakeTimeProvider()), NullLogger<JobReleaser>.Instance);
    }

    /// <summary>A Redis at its memory limit.</summary>
    public class FullRedis : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            throw new RedisServerException(RedisErrorKind.OutOfMemory, CommandFlags.None, "OOM command not allowed when used memory > 'maxmemory'.");
    }
}
