namespace QueueInference.Bench.Models;

/// <summary>A model repository in a temporary folder. Models have names of their own, so that rows share a broker with others.</summary>
internal sealed class ModelFolder : IDisposable
{
    private readonly List<string> _names = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("qi-bench-").FullName;

    public IReadOnlyList<string> Names => _names;

    /// <summary>Adds a model as version 1, and answers its name.</summary>
    public string Add(BenchModel model, string? settings = null)
    {
        var name = $"bench-{model.Name}-{Guid.NewGuid().ToString("N")[..8]}";
        var version = Directory.CreateDirectory(Path.Combine(Folder, name, "1"));
        File.Copy(model.Path, Path.Combine(version.FullName, "model.onnx"));
        if ((settings ?? model.Settings) is { } text)
        {
            File.WriteAllText(Path.Combine(Folder, name, "model.json"), text);
        }

        _names.Add(name);
        return name;
    }

    /// <summary>Adds another version of a model: it is there at once.</summary>
    public void AddVersion(BenchModel model, string name, int version)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, $".{name}-{version}")).FullName;
        File.Copy(model.Path, Path.Combine(folder, "model.onnx"));
        Directory.Move(folder, Path.Combine(Folder, name, $"{version}"));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
