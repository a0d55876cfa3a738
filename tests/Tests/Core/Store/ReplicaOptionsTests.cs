using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using QueueInference.Core.Hosting;
using QueueInference.Core.Store;
using QueueInference.Standalone;

namespace QueueInference.Tests.Core.Store;

public sealed class ReplicaOptionsTests
{
    [Fact]
    public void Defaults_WaitForNobody()
    {
        var options = Read([]);
        Assert.Equal((0, TimeSpan.FromMilliseconds(500)), (options.WaitForReplicas, options.WaitTimeout));
    }

    [Theory]
    [InlineData("WaitForReplicas", "-1")]
    [InlineData("WaitForReplicas", "6")]
    [InlineData("WaitTimeout", "00:00:00.009")]
    [InlineData("WaitTimeout", "00:00:00.901")]
    public void Validate_OutOfRange_IsRefused(string name, string value)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Read(new() { [name] = value }));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5", "00:00:00.010")]
    [InlineData("1", "00:00:00.900")]
    public void Validate_AtTheBounds_IsTaken(string replicas, string timeout) => Read(new() { ["WaitForReplicas"] = replicas, ["WaitTimeout"] = timeout });

    [Fact]
    public void Standalone_ToldToWaitForReplicas_SaysThatThereAreNone()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration["Redis:WaitForReplicas"] = "1";
        Assert.Contains("no replicas", Assert.Throws<StartupException>(() => builder.StartEmbeddedStore()).Message, StringComparison.Ordinal);
    }

    private static ReplicaOptions Read(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create("Redis:" + setting.Key, setting.Value))).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddReplicas("127.0.0.1:1").BuildServiceProvider();
        return services.GetRequiredService<IOptions<ReplicaOptions>>().Value;
    }
}
