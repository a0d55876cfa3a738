namespace QueueInference.Core.Store;

/// <summary>Redis did not answer, or not in time. Whether a write took place is unknown; every script may be run again.</summary>
public sealed class StoreUnavailableException(Exception inner) : Exception("The job store did not answer.", inner);

/// <summary>Redis has reached its <c>maxmemory</c> and refuses new jobs.</summary>
public sealed class StoreFullException(Exception inner) : Exception("The job store is full.", inner);
