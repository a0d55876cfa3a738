using QueueInference.Chaos.Checking;
using QueueInference.Chaos.History;
using QueueInference.Chaos.Scenarios;

namespace QueueInference.Chaos.Report;

/// <summary>What came of a scenario.</summary>
/// <param name="Scenario">Which.</param>
/// <param name="Run">All that was done and seen.</param>
/// <param name="Verdict">Null where the scenario itself broke.</param>
/// <param name="Trouble">How it broke.</param>
/// <param name="Output">What the hosts printed.</param>
internal sealed record ScenarioResult(Scenario Scenario, RunHistory Run, Verdict? Verdict, string? Trouble, string Output)
{
    public double Seconds { get; } = Run.Now;
    public bool Passed => Verdict is { Passed: true };

    /// <summary>It shows nothing of the service: the scenario itself broke, or its fault did not happen.</summary>
    public bool IsVoid => Verdict is null || (!Verdict.Passed && Verdict.Violations.All(violation => violation.Invariant == Violation.NoFault));
}
