namespace QueueInference.Worker.Inference;

/// <summary>The part of a model that an execution provider took.</summary>
/// <param name="Provider">Its name, as in configuration.</param>
/// <param name="Nodes">Operators of the model, as they were before the provider joined any.</param>
internal sealed record ProviderShare(string Provider, int Nodes);
