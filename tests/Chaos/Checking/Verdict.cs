using QueueInference.Chaos.History;

namespace QueueInference.Chaos.Checking;

/// <summary>Jepsen's words for what became of the jobs.</summary>
/// <param name="Attempted">Submitted, whatever came of it.</param>
/// <param name="Acknowledged">Accepted.</param>
/// <param name="Ok">Accepted, and ended with the right answer.</param>
/// <param name="Lost">Accepted, and did not.</param>
/// <param name="Declared">Accepted, and ended, or was lost, in a way that is declared for these faults.</param>
/// <param name="Recovered">Not accepted as far as its client knows, and ended all the same.</param>
/// <param name="Duplicated">Made twice for one key, or ended twice.</param>
/// <param name="Unexpected">In the store, and nobody submitted it.</param>
internal sealed record Counts(int Attempted, int Acknowledged, int Ok, int Lost, int Declared, int Recovered, int Duplicated, int Unexpected);

/// <summary>A broken promise.</summary>
/// <param name="Invariant">Which: I1 to I10 of docs/reliability.md, or F for a fault that did not happen.</param>
/// <param name="Text">How.</param>
/// <param name="Job">The job whose history shows it, where it is about one.</param>
internal sealed record Violation(string Invariant, string Text, JobHistory? Job = null)
{
    /// <summary>A fault did not happen.</summary>
    public const string NoFault = "F";
}

/// <summary>What a scenario showed.</summary>
internal sealed record Verdict(Counts Counts, IReadOnlyList<Violation> Violations, double? RecoverySeconds)
{
    public bool Passed => Violations.Count == 0;
}
