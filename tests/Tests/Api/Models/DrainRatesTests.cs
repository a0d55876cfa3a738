using QueueInference.Api.Models;
using QueueInference.Core.Models;
using Xunit;

namespace QueueInference.Tests.Api.Models;

public sealed class DrainRatesTests
{
    private static readonly WorkerInfo[] Workers =
    [
        Worker(null), Worker(new() { ["m"] = 2, ["n"] = 10 }), Worker(new() { ["m"] = 3 }), Worker(new() { ["idle"] = 0 }),
    ];

    [Theory]
    [InlineData("m", 5d)]
    [InlineData("n", 10d)]
    [InlineData(null, 15d)]
    [InlineData("idle", null)]
    [InlineData("unknown", null)]
    public void Sum_OverWorkers_IsThatOfTheModel(string? model, double? sum) => Assert.Equal(sum, DrainRates.Sum(Workers, model));

    [Fact]
    public void EstimatedWait_Measured_IsWhatTheQueueTakes() => Assert.Equal(5, Status(workers: 1, rate: 20).EstimatedWaitSeconds);

    [Fact]
    public void EstimatedWait_NotMeasured_IsTheAgeOfTheOldest() => Assert.Equal(7, Status(workers: 1, rate: null).EstimatedWaitSeconds);

    [Fact]
    public void EstimatedWait_NoWorker_IsNotKnown() => Assert.Null(Status(workers: 0, rate: null).EstimatedWaitSeconds);

    private static ModelStatus Status(int workers, double? rate) => new("m", [], new Dictionary<string, string>(), new Dictionary<int, int>(), null, null, workers, rate, 100, 7);

    private static WorkerInfo Worker(Dictionary<string, double>? rates) => new("w", 0, [], []) { DrainRates = rates };
}
