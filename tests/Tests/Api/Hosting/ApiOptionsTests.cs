using QueueInference.Api.Hosting;
using Xunit;

namespace QueueInference.Tests.Api.Hosting;

public sealed class ApiOptionsTests
{
    [Fact]
    public void Validate_Default_IsFine() => Assert.Empty(Faults(new()));

    [Fact]
    public void Validate_SeveralFaults_NamesThemAll() => Assert.Equal(
        [
            "Api:Roles may hold only jobs, sweeper and webhooks.",
            "Api:MaxPendingBytes must be at least twice Api:MaxBodyBytes, or the largest bodies would be refused for ever.",
        ],
        Faults(new() { Roles = ["job"], MaxBodyBytes = 8 << 20, MaxPendingBytes = (16 << 20) - 1 }));

    private static IEnumerable<string> Faults(ApiOptions options) => new ApiOptionsValidator().Validate(null, options).Failures ?? [];
}
