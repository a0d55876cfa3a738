namespace QueueInference.Core.Jobs;

/// <summary>The partitions of the store. One today; ids and keys carry it, so that more can come without a migration.</summary>
public static class Partitions
{
    /// <summary>The partition that new jobs go to.</summary>
    public const int Current = 0;

    /// <summary>Every partition that may hold jobs.</summary>
    public static IReadOnlyList<string> All { get; } = ["p00"];
}
