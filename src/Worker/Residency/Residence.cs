namespace QueueInference.Worker.Residency;

/// <summary>How it stands with one model and the memory.</summary>
/// <param name="Model">The model.</param>
/// <param name="Bytes">The memory that it takes when it is in.</param>
internal sealed record Residence<T>(T Model, long Bytes)
{
    /// <summary>Whether it is in memory.</summary>
    public bool IsIn { get; init; }

    /// <summary>Whether it is never put out.</summary>
    public bool IsKept { get; init; }

    /// <summary>Whether jobs wait for it here, or run.</summary>
    public bool HasWork { get; init; }

    /// <summary>How long it has been in, or how long its jobs have waited for it.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>How long ago it had a job.</summary>
    public TimeSpan Idle { get; init; }

    /// <summary>How long its last load took.</summary>
    public TimeSpan LoadTime { get; init; }

    /// <summary>Time of its device that it has had since it came in.</summary>
    public TimeSpan DeviceTime { get; init; }
}

/// <summary>What is to be done next.</summary>
/// <param name="Load">What comes in, after the others are out; null for nothing.</param>
/// <param name="Evict">What goes out.</param>
internal sealed record ResidencyStep<T>(T? Load, IReadOnlyList<T> Evict);
