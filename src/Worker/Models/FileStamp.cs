using System.Globalization;

namespace QueueInference.Worker.Models;

/// <summary>Tells whether files are still the same, without reading them.</summary>
internal static class FileStamp
{
    /// <summary>Of all files below a folder: a model may keep its weights beside it.</summary>
    public static string Of(string folder) =>
        string.Concat(new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal).Select(Of));

    /// <summary>Of a version: its folder, and what is said of its model.</summary>
    /// <param name="path">Its <c>model.onnx</c>.</param>
    public static string OfVersion(string path) =>
        Of(Path.GetDirectoryName(path)!) + OfFile(Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(path))!, ModelRepository.SettingsFile));

    /// <summary>Of one file, which need not be there.</summary>
    public static string OfFile(string path) => Of(new FileInfo(path));

    private static string Of(FileInfo file) =>
        file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Name}:{file.Length}:{file.LastWriteTimeUtc.Ticks};") : "";
}
