using QueueInference.Contracts;

namespace QueueInference.Worker.Batching;

/// <summary>Which version runs the jobs that name none. Pure.</summary>
internal static class VersionRoute
{
    /// <summary>The version that is set; else the highest that takes the jobs of the version that had them, so that no caller is refused by a change.</summary>
    /// <param name="versions">Those that are served; at least one.</param>
    /// <param name="current">The version that has these jobs now; null at first.</param>
    /// <param name="wanted">What <c>versions.default</c> says.</param>
    public static ModelVersionInfo Choose(IReadOnlyCollection<ModelVersionInfo> versions, ModelVersionInfo? current, int? wanted) =>
        versions.FirstOrDefault(version => version.Version == wanted)
        ?? versions.Where(version => current is null || Replaces(version.Signature, current.Signature)).MaxBy(version => version.Version)
        ?? versions.MaxBy(version => version.Version)!;

    /// <summary>Whether what fits the old signature fits the new one, and gets outputs of the same names and types.</summary>
    public static bool Replaces(ModelSignature @new, ModelSignature old) =>
        old.Inputs.All(input => @new.Inputs.Any(other => Takes(other, input)))
        && @new.Inputs.All(input => input.Optional || old.Inputs.Any(other => other.Name == input.Name))
        && old.Outputs.All(output => @new.Outputs.Any(other => Takes(output, other)));

    /// <summary>Whether every tensor of the narrower specification fits the wider one.</summary>
    private static bool Takes(TensorSpec wide, TensorSpec narrow) =>
        wide.Name == narrow.Name && wide.Datatype == narrow.Datatype && wide.Shape.Length == narrow.Shape.Length && (!narrow.Optional || wide.Optional)
        && wide.Shape.Zip(narrow.Shape).All(dimension => dimension.First < 0 || dimension.First == dimension.Second);
}
