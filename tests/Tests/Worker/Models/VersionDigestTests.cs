using System.Diagnostics;
using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class VersionDigestTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qi-digest-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void OfAll_OneFile_IsThatOfTheFile()
    {
        Write("model.onnx", "abc");

        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", VersionDigest.OfAll(VersionDigest.OfFiles(_folder)));
    }

    [Fact]
    public void OfAll_SeveralFiles_IsWhatTheShellSays()
    {
        Write("model.onnx", "abc");
        Write("weights/b.data", "b");
        Write("weights/a.data", "a");

        var files = VersionDigest.OfFiles(_folder);

        Assert.Equal(["model.onnx", "weights/a.data", "weights/b.data"], files.Keys);
        Assert.Equal(Shell("find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs sha256sum | sha256sum"), VersionDigest.OfAll(files));
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, path))!);
        File.WriteAllText(Path.Combine(_folder, path), text);
    }

    private string Shell(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = _folder, RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Split(' ')[0];
    }
}
