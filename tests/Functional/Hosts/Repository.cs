namespace QueueInference.Functional.Hosts;

/// <summary>A model repository in a temporary folder; its models have names of their own, so that tests share a broker.</summary>
internal sealed class Repository : IDisposable
{
    /// <summary>The root of the source tree.</summary>
    public static string Source { get; } = FindSource();

    public string Folder { get; } = Directory.CreateTempSubdirectory("qi-models-").FullName;

    /// <summary>Adds a model file as version 1 under a fresh name, and answers the name.</summary>
    public string Add(string modelFile, string? settings = null)
    {
        var name = "m" + Guid.NewGuid().ToString("N");
        var version = Directory.CreateDirectory(Path.Combine(Folder, name, "1"));
        File.Copy(modelFile, Path.Combine(version.FullName, "model.onnx"));
        if (settings is not null)
        {
            File.WriteAllText(Path.Combine(Folder, name, "model.json"), settings);
        }

        return name;
    }

    /// <summary>Puts a file in as another version, as a careful user does: it is there at once.</summary>
    public void AddVersion(string model, int version, byte[] file)
    {
        var folder = Directory.CreateTempSubdirectory("qi-version-").FullName;
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), file);
        Directory.Move(folder, VersionFolder(model, version));
    }

    /// <summary>Puts a model of another repository in, as it is there.</summary>
    public void Copy(Repository other, string model)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(other.Folder, model), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(Folder, Path.GetRelativePath(other.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>The folder of a version.</summary>
    public string VersionFolder(string model, int version) =>
        Path.Combine(Folder, model, version.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public string AddTestModel(string name, string? settings = null) =>
        Add(Path.Combine(Source, "tests", "models", name, "1", "model.onnx"), settings);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string FindSource()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "QueueInference.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
