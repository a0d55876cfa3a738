namespace QueueInference.Chaos.Scenarios;

/// <summary>All scenarios, in the order in which they run.</summary>
internal static class ScenarioList
{
    public static IReadOnlyList<Scenario> All { get; } = [.. ProcessKills.All, .. Freezes.All, .. StoreFaults.All, .. BrokerFaults.All, .. BrokerNodes.All, .. Starts.All, .. LinkFaults.All, .. Crashes.All, .. Culprits.All, .. FullDisks.All, .. LongJobs.All, .. Soak.All, .. Upgrades.All];

    /// <summary>Those with these names or goals; for none all of the tier.</summary>
    /// <exception cref="ArgumentException">There is no such scenario.</exception>
    public static IReadOnlyList<Scenario> Select(IReadOnlyList<string> only, string tier)
    {
        var unknown = only.Where(name => !All.Any(scenario => Is(scenario, name))).ToList();
        return unknown.Count > 0 ? throw new ArgumentException($"There is no scenario {string.Join(", ", unknown)}. See --list.")
            : only.Count == 0 ? [.. All.Where(scenario => (tier == "P" ? scenario.Rounds.P : scenario.Rounds.N) > 0)]
            : [.. All.Where(scenario => only.Any(name => Is(scenario, name)))];
    }

    private static bool Is(Scenario scenario, string name) => scenario.Name == name || scenario.Goal == name;
}
