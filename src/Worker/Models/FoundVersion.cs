namespace QueueInference.Worker.Models;

/// <summary>One version of a model that the repository holds and that its settings choose.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">The version number.</param>
/// <param name="Path">Its <c>model.onnx</c>.</param>
/// <param name="Settings">The settings of the model, defaults filled in.</param>
internal sealed record FoundVersion(string Model, int Version, string Path, ModelSettings Settings);
