using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using QueueInference.Core.Hosting;
using QueueInference.Core.Payloads;

namespace QueueInference.Tests.Core.Payloads;

public sealed class PayloadOptionsTests
{
    [Theory]
    [InlineData("InlineMaxBytes", "1023")]
    [InlineData("InlineMaxBytes", "8388609")]
    [InlineData("MaxBytes", "1073741825")]
    [InlineData("TransferTimeout", "00:00:00.9")]
    [InlineData("TransferTimeout", "00:20:01")]
    [InlineData("WorkerMemoryBytes", "0")]
    [InlineData("S3ServiceUrl", "somewhere")]
    public void Validate_BeyondARange_NamesTheSetting(string setting, string value) =>
        Assert.Contains(setting, Assert.Single(Faults((setting, value))), StringComparison.Ordinal);

    [Fact]
    public void Validate_EverythingWrong_SaysAllAtOnce()
    {
        var faults = Faults(("Store", "Folder"), ("Folder", "/there/is/none"), ("MaxBytes", "2048"));
        Assert.Contains(faults, fault => fault.Contains("Payloads:Folder", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("Payloads:MaxBytes", StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_S3WithoutABucket_AsksForOne() =>
        Assert.Contains("Payloads:S3Bucket", Assert.Single(Faults(("Store", "S3"))), StringComparison.Ordinal);

    [Fact]
    public void Validate_Defaults_AreFine() => Assert.Empty(Faults());

    private static string[] Faults(params (string Setting, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Payloads:{setting.Setting}", (string?)setting.Value))).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration)
            .AddJobStore("localhost:1", TimeSpan.FromSeconds(1)).BuildServiceProvider();
        try
        {
            _ = services.GetRequiredService<IOptions<PayloadOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException e)
        {
            return [.. e.Failures];
        }
    }
}
