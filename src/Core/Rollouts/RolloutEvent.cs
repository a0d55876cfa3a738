namespace QueueInference.Core.Rollouts;

/// <summary>One decision about the versions of a model, with what it was based on.</summary>
/// <param name="At">When, Unix milliseconds.</param>
/// <param name="Event"><c>adopted</c>, <c>shadow</c>, <c>canary</c>, <c>promoted</c>, <c>rejected</c> or <c>forgotten</c>.</param>
/// <param name="Version">The version it is about.</param>
/// <param name="Base">The version it is compared with; null where there is none.</param>
/// <param name="Percent">Its share of the jobs from now on.</param>
/// <param name="Reason">Why, as a sentence.</param>
/// <param name="Numbers">What was measured in the stage that ends; null where none does.</param>
public sealed record RolloutEvent(long At, string Event, int Version, int? Base, int Percent, string Reason, RolloutNumbers? Numbers);

/// <summary>A decision that the operator is to be told.</summary>
/// <param name="Model">The model.</param>
/// <param name="Event">The decision.</param>
public sealed record RolloutNotice(string Model, RolloutEvent Event);
