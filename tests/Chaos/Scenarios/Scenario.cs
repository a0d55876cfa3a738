using QueueInference.Chaos.Checking;
using QueueInference.Chaos.Load;

namespace QueueInference.Chaos.Scenarios;

/// <summary>One goal: what is done to the service, and what that may cost.</summary>
/// <param name="Goal">Its number in docs/reliability.md.</param>
/// <param name="Name">What <c>--only</c> takes.</param>
/// <param name="What">One line.</param>
/// <param name="Faults">Injects the faults; the load goes on meanwhile.</param>
internal sealed record Scenario(string Goal, string Name, string What, Func<ChaosContext, Task> Faults)
{
    public LoadPlan Load { get; init; } = new();

    /// <summary>The load of tier N, where it is another.</summary>
    public LoadPlan? LongLoad { get; init; }

    public Allowance Allowed { get; init; } = new();
    public int Workers { get; init; } = 2;

    /// <summary>The test model.</summary>
    public string Model { get; init; } = "spins";

    /// <summary>The model's model.json.</summary>
    public string ModelSettings { get; init; } = """{"batching":{"max_batch_size":16}}""";

    /// <summary>Settings of all hosts.</summary>
    public Dictionary<string, string> Settings { get; init; } = [];

    /// <summary>Repeats of the fault in tier P and tier N; 0 where the tier leaves it out, unless it is asked for by name.</summary>
    public (int P, int N) Rounds { get; init; } = (2, 20);

    public LoadPlan LoadIn(string tier) => tier == "N" && LongLoad is not null ? LongLoad : Load;

    public int RoundsIn(string tier) => Math.Max(1, tier == "P" ? Rounds.P : Rounds.N);

    /// <summary>Whether the hosts reach broker and store by way of proxies.</summary>
    public bool Proxied { get; init; }

    /// <summary>Whether the broker is a cluster of three nodes.</summary>
    public bool BrokerNodes { get; init; }

    /// <summary>Whether the scenario starts the hosts itself.</summary>
    public bool StartsHosts { get; init; }

    /// <summary>How long the jobs may take to end once the faults are over.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(90);
}
