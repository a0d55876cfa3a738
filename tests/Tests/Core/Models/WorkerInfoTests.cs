using System.Text.Json;
using QueueInference.Core.Jobs;
using QueueInference.Core.Models;
using Xunit;

namespace QueueInference.Tests.Core.Models;

/// <summary>Workers and Apis of different versions read each other.</summary>
public sealed class WorkerInfoTests
{
    private static readonly WorkerInfo Worker = new("w", 7, ["m/1", "n/2"], ["cpu"]);

    [Fact]
    public void Read_WithoutRates_IsAWorker()
    {
        var read = Read("""{"id":"w","started_at":7,"models":["m/1"],"execution_providers":["cpu"]}""");
        Assert.Equal("w", read.Id);
        Assert.Null(read.DrainRates);
    }

    [Fact]
    public void Read_WithMoreThanIsKnown_IsAWorker() =>
        Assert.Equal("w", Read("""{"id":"w","started_at":7,"models":[],"execution_providers":[],"later":{"a":[1]}}""").Id);

    [Fact]
    public void Write_Rates_KeepsTheNamesOfModels()
    {
        var text = JsonSerializer.Serialize(Worker with { DrainRates = new Dictionary<string, double> { ["My-Model"] = 2.5 } }, JobJson.Default.WorkerInfo);
        Assert.Equal(2.5, Read(text).DrainRates!["My-Model"]);
    }

    [Theory]
    [InlineData("m", true)]
    [InlineData("n", true)]
    [InlineData("m/1", false)]
    [InlineData("", false)]
    public void Serves_AModel_ByItsWholeName(string model, bool serves) => Assert.Equal(serves, Worker.Serves(model));

    private static WorkerInfo Read(string json) => JsonSerializer.Deserialize(json, JobJson.Default.WorkerInfo)!;
}
