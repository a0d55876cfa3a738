using QueueInference.Worker.Batching;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class FairTurnsTests
{
    private readonly FairTurns<string> _turns = new();

    public FairTurnsTests()
    {
        _turns.Add("slow");
        _turns.Add("fast");
    }

    [Fact]
    public void Next_BothBusy_ShareTheTimeNotTheTurns()
    {
        var used = Run(220, _ => true, member => TimeSpan.FromMilliseconds(member == "slow" ? 100 : 10));

        Assert.InRange(used["slow"] / used["fast"], 0.9, 1.1);
    }

    [Fact]
    public void Next_NobodyHasWork_IsNull() => Assert.Null(_turns.Next(_ => false));

    [Fact]
    public void Next_AfterIdling_HasSavedNothingUp()
    {
        Run(100, member => member == "slow", _ => TimeSpan.FromMilliseconds(100));

        var used = Run(20, _ => true, _ => TimeSpan.FromMilliseconds(100));

        Assert.Equal(10 * TimeSpan.FromMilliseconds(100), used["slow"]);
    }

    [Fact]
    public void Next_Removed_HasNoTurn()
    {
        _turns.Remove("slow");

        Assert.Equal("fast", _turns.Next(_ => true));
        Assert.Equal(20, Run(20, _ => true, _ => TimeSpan.FromMilliseconds(1))["fast"].TotalMilliseconds);
    }

    private Dictionary<string, TimeSpan> Run(int turns, Func<string, bool> hasWork, Func<string, TimeSpan> cost)
    {
        var used = new Dictionary<string, TimeSpan> { ["slow"] = default, ["fast"] = default };
        for (var i = 0; i < turns; i++)
        {
            var member = _turns.Next(hasWork)!;
            _turns.Charge(member, cost(member));
            used[member] += cost(member);
        }

        return used;
    }
}
