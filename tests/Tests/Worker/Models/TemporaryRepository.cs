namespace QueueInference.Tests.Worker.Models;

/// <summary>A model repository that is gone after the test.</summary>
internal sealed class TemporaryRepository : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("qi-models-").FullName;

    /// <summary>Puts one of the small models in as a version.</summary>
    public TemporaryRepository Add(string model, string version, string source = "identity_fp32")
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, model, version)).FullName;
        File.Copy(TestModels.PathOf(source), Path.Combine(folder, "model.onnx"));
        return this;
    }

    /// <summary>Writes any other file.</summary>
    public TemporaryRepository AddText(string path, string text)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
