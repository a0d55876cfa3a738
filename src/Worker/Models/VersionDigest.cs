using System.Security.Cryptography;
using System.Text;

namespace QueueInference.Worker.Models;

/// <summary>Tells the exact files of a version: its weights may lie beside <c>model.onnx</c>.</summary>
internal static class VersionDigest
{
    /// <summary>SHA-256 in hex of each file below a folder, by its path from there.</summary>
    public static SortedDictionary<string, string> OfFiles(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'), OfFile),
        StringComparer.Ordinal);

    /// <summary>One for all: that of the only file; of several that of the lines which <c>sha256sum</c> prints of them in the order of their paths.</summary>
    public static string OfAll(SortedDictionary<string, string> files) => files.Count == 1
        ? files.Values.First()
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files.Select(file => $"{file.Value}  {file.Key}\n")))));

    private static string OfFile(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
