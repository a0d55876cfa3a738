using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using QueueInference.Core.Hosting;
using QueueInference.Core.Jobs;
using Xunit;

namespace QueueInference.Tests.Core.Jobs;

public sealed class JobOptionsTests
{
    [Fact]
    public void Defaults_OfEachSetting_AreTheDocumentedOnes()
    {
        var options = Read([]);

        Assert.Equal(KeepInputs.Never, options.KeepInputs);
        Assert.Equal(TimeSpan.FromSeconds(30), options.Lease);
        Assert.Equal(TimeSpan.FromMinutes(5), options.LeaseGrace);
        Assert.Equal(TimeSpan.FromMinutes(5), options.MaxClaimWait);
        Assert.Equal(TimeSpan.FromSeconds(60), options.ConfirmWindow);
        Assert.Equal(TimeSpan.FromHours(24), options.MaxQueueAge);
        Assert.Equal(TimeSpan.FromHours(25), options.Tombstone);
        Assert.Equal(TimeSpan.FromHours(1), options.ResultTtl);
        Assert.Equal(100_000, options.MaxQueuedPerModel);
        Assert.Equal(1_000_000, options.MaxOpen);
    }

    [Theory]
    [InlineData("Lease", "00:00:03", "00:10:00", "00:00:02.999", "00:10:00.001")]
    [InlineData("LeaseGrace", "00:00:01", "01:00:00", "00:00:00.999", "01:00:00.001")]
    [InlineData("MaxClaimWait", "00:00:05", "00:25:00", "00:00:04.999", "00:25:00.001")]
    [InlineData("ConfirmWindow", "00:00:06", "01:00:00", "00:00:05.999", "01:00:00.001")]
    [InlineData("MaxQueueAge", "00:01:00", "1.01:00:00", "00:00:59.999", "7.00:00:00.001")]
    [InlineData("Tombstone", "1.00:00:00", "30.00:00:00", "00:00:59.999", "30.00:00:00.001")]
    [InlineData("ResultTtl", "00:00:01", "7.00:00:00", "00:00:00.999", "7.00:00:00.001")]
    [InlineData("MaxQueuedPerModel", "1", "100000000", "0", "100000001")]
    [InlineData("Partitions", "1", "100", "0", "101")]
    [InlineData("MaxOpen", "1", "100000000", "0", "100000001")]
    public void Validate_EdgesOfARange_AreKept(string setting, string least, string most, string below, string above)
    {
        Read(new() { [setting] = least });
        Read(new() { [setting] = most });

        Assert.Contains(setting, Assert.Throws<OptionsValidationException>(() => Read(new() { [setting] = below })).Message, StringComparison.Ordinal);
        Assert.Contains(setting, Assert.Throws<OptionsValidationException>(() => Read(new() { [setting] = above })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ShareOfAPartitionIsSmallerThanAGroup_SaysWhy()
    {
        Assert.Contains("64 times", Assert.Throws<OptionsValidationException>(() => Read(new() { ["Partitions"] = "64", ["MaxQueuedPerModel"] = "4095" })).Message, StringComparison.Ordinal);
        Read(new() { ["Partitions"] = "64", ["MaxQueuedPerModel"] = "4096", ["MaxOpen"] = "4096" });
    }

    [Fact]
    public void Validate_TombstoneShorterThanTheQueue_SaysWhy()
    {
        var error = Assert.Throws<OptionsValidationException>(() => Read(new() { ["MaxQueueAge"] = "02:00:00", ["Tombstone"] = "01:59:59" }));

        Assert.Equal("Jobs:Tombstone must be at least Jobs:MaxQueueAge, or a late copy brings a finished job back.", error.Message);
    }

    [Fact]
    public void Validate_TombstoneAsLongAsTheQueue_IsEnough() => Read(new() { ["MaxQueueAge"] = "02:00:00", ["Tombstone"] = "02:00:00" });

    [Fact]
    public void Validate_SeveralFaults_AreReportedTogether()
    {
        var error = Assert.Throws<OptionsValidationException>(() => Read(new() { ["Lease"] = "00:00:00", ["MaxOpen"] = "-1", ["Tombstone"] = "00:02:00" }));

        Assert.Equal(3, error.Failures.Count());
    }

    private static JobOptions Read(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create("Jobs:" + setting.Key, setting.Value))).Build();
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddJobStore("127.0.0.1:1", TimeSpan.FromSeconds(1))
            .BuildServiceProvider();
        return services.GetRequiredService<IOptions<JobOptions>>().Value;
    }
}
