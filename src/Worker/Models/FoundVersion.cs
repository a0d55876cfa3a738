namespace QueueInference.Worker.Models;

/// <summary>One version of a model that the repository holds.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">The version number.</param>
/// <param name="Path">Its <c>model.onnx</c>.</param>
/// <param name="Settings">The settings of the model, defaults filled in.</param>
internal sealed record FoundVersion(string Model, int Version, string Path, ModelSettings Settings)
{
    /// <summary>Changes when the files do: their sizes and times.</summary>
    public string Stamp { get; init; } = "";

    /// <summary>Changes when <c>model.json</c> does.</summary>
    public string SettingsStamp { get; init; } = "";

    /// <summary>Another for other files.</summary>
    public string Key => $"{Model}/{Version} {Stamp}";
}

/// <summary>A model's folder.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Settings">What its <c>model.json</c> says.</param>
/// <param name="Versions">Every version that lies there, ascending, whether it is to be served or not.</param>
internal sealed record FoundModel(string Name, ModelSettings Settings, IReadOnlyList<FoundVersion> Versions);
