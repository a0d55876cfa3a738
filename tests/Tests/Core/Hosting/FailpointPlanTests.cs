using System.Diagnostics;
using QueueInference.Core.Hosting;

namespace QueueInference.Tests.Core.Hosting;

public sealed class FailpointPlanTests
{
    private readonly List<string> _exits = [];

    [Fact]
    public void Hit_NthTime_EndsTheProcessThere()
    {
        var plan = Parse("worker.after-run:exit@3,api.after-key:exit");

        for (var i = 0; i < 5; i++)
        {
            plan.Hit(FailpointNames.AfterRun);
            Assert.Equal(i < 2 ? 0 : 1, _exits.Count);
        }

        plan.Hit(FailpointNames.BeforeRun);
        plan.Hit(FailpointNames.AfterKey);
        Assert.Equal([FailpointNames.AfterRun, FailpointNames.AfterKey], _exits);
    }

    [Fact]
    public void Hit_Delay_HoldsItUpEachTime()
    {
        var plan = Parse("worker.drain:delay=30");
        var from = Stopwatch.GetTimestamp();

        plan.Hit(FailpointNames.Drain);
        plan.Hit(FailpointNames.Drain);

        Assert.True(Stopwatch.GetElapsedTime(from) >= TimeSpan.FromMilliseconds(55));
        Assert.Empty(_exits);
    }

    [Fact]
    public void Parse_UnknownName_NamesThoseThatExist()
    {
        var message = Assert.Throws<StartupException>(() => Parse("api.after-lunch:exit@1")).Message;

        Assert.Contains("api.after-lunch", message, StringComparison.Ordinal);
        Assert.All(FailpointNames.All, name => Assert.Contains(name, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("worker.drain")]
    [InlineData("worker.drain:exit@0")]
    [InlineData("worker.drain:exit=1")]
    [InlineData("worker.drain:exit@-1")]
    [InlineData("worker.drain:delay@5")]
    [InlineData("worker.drain:delay=soon")]
    [InlineData("worker.drain:nap=5")]
    [InlineData("worker.drain:exit@1,worker.drain:exit@2")]
    public void Parse_Malformed_IsRefused(string text) =>
        Assert.Contains(Failpoint.Variable, Assert.Throws<StartupException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_EachConstant_IsListedAndHitSomewhere()
    {
        var constants = typeof(FailpointNames).GetFields().Where(field => field.IsLiteral).ToDictionary(field => field.Name, field => (string)field.GetRawConstantValue()!);

        Assert.Equal(constants.Values.Order(), FailpointNames.All.Order());
        var hits = Architecture.Repository.Sources.Values.SelectMany(lines => lines).Where(line => line.Contains("Failpoint.Hit(", StringComparison.Ordinal)).ToList();
        Assert.All(constants.Keys, name => Assert.Contains(hits, hit => hit.Contains($"(FailpointNames.{name})", StringComparison.Ordinal)));
    }

    private FailpointPlan Parse(string text) => FailpointPlan.Parse(text, _exits.Add);
}
