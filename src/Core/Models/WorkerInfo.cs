namespace QueueInference.Core.Models;

/// <summary>What a live worker says about itself with each heartbeat.</summary>
/// <param name="Id">Its id, unique to the process.</param>
/// <param name="StartedAt">Unix milliseconds.</param>
/// <param name="Models">The versions it serves, as <c>model/version</c>.</param>
/// <param name="ExecutionProviders">Where they run.</param>
public sealed record WorkerInfo(string Id, long StartedAt, IReadOnlyList<string> Models, IReadOnlyList<string> ExecutionProviders)
{
    /// <summary>Jobs a second that it finishes while it has some, by model; a model of which none has ended is left out. Null from a worker that does not measure it.</summary>
    public IReadOnlyDictionary<string, double>? DrainRates { get; init; }

    /// <summary>Why versions that lie in its repository are not served, by <c>model/version</c>. Null from a worker that does not say.</summary>
    public IReadOnlyDictionary<string, string>? Failures { get; init; }

    /// <summary>Whether it serves a version of a model.</summary>
    public bool Serves(string model) => Models.Any(name => name.StartsWith(model + "/", StringComparison.Ordinal));
}
