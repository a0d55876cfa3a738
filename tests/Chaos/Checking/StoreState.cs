namespace QueueInference.Chaos.Checking;

/// <summary>What is left in store and broker once all is quiet and the workers have ended.</summary>
/// <param name="Jobs">Every job of the model that the service lists.</param>
/// <param name="Leftovers">Entries of what must be empty, by name.</param>
internal sealed record StoreState(IReadOnlyList<StoredJob> Jobs, IReadOnlyDictionary<string, long> Leftovers);

/// <summary>A job as the service lists it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">The key that its client gave it, from its metadata.</param>
/// <param name="State">Its state.</param>
/// <param name="Runs">Attempts charged.</param>
internal sealed record StoredJob(string Id, string? Key, string State, int Runs);
