using System.Globalization;
using System.Text.RegularExpressions;

namespace QueueInference.Worker.Models;

/// <summary>The folder tree <c>&lt;root&gt;/&lt;model&gt;/&lt;version&gt;/model.onnx</c>, with a <c>model.json</c> beside the versions where one is needed.</summary>
internal sealed partial class ModelRepository(string root, ILogger<ModelRepository> logger)
{
    private const string ModelFile = "model.onnx";

    /// <summary>The file of a model's settings, in its folder.</summary>
    public const string SettingsFile = "model.json";

    private HashSet<string> _told = [], _telling = [];

    /// <summary>Looks for models and their versions, in order. What is wrong with one is logged, once, and makes that model null.</summary>
    /// <exception cref="DirectoryNotFoundException">The root is not there.</exception>
    public IReadOnlyDictionary<string, FoundModel?> Scan()
    {
        if (!Directory.Exists(root))
        {
            throw new DirectoryNotFoundException(
                $"The model repository '{Path.GetFullPath(root)}' does not exist. Create it (or mount it) with one folder for each model: <model>/<version>/{ModelFile}.");
        }

        _telling = [];
        var found = Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal).Where(HasValidName).ToDictionary(folder => Path.GetFileName(folder), ScanModel);
        _told = _telling;
        return found;
    }

    private bool HasValidName(string folder)
    {
        var valid = NamePattern().IsMatch(Path.GetFileName(folder));
        if (!valid)
        {
            Tell(folder, () => Log.NameSkipped(logger, folder));
        }

        return valid;
    }

    private FoundModel? ScanModel(string folder)
    {
        var model = Path.GetFileName(folder);
        try
        {
            var found = FindVersions(folder);
            var file = Path.Combine(folder, SettingsFile);
            var settings = ModelSettingsReader.Read(file);
            LogMissing(model, found, settings.Versions);
            return new FoundModel(model, settings, [.. found.Order().Select(version => new FoundVersion(model, version, ModelPath(folder, version), settings)
            {
                Stamp = FileStamp.OfVersion(ModelPath(folder, version)),
                SettingsStamp = FileStamp.OfFile(file),
            })]);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Tell(model + e.Message, () => Log.ModelSkipped(logger, model, e.Message, e));
            return null;
        }
    }

    /// <summary>Says what it did not say at the last scan.</summary>
    private void Tell(string what, Action log)
    {
        if (_telling.Add(what) && !_told.Contains(what))
        {
            log();
        }
    }

    private void LogMissing(string model, List<int> found, VersionSettings settings)
    {
        if (found.Count == 0)
        {
            Tell(model + " has no version", () => Log.NoVersions(logger, model));
        }

        foreach (var missing in (settings.List ?? []).Except(found))
        {
            Tell($"{model} lacks {missing}", () => Log.VersionMissing(logger, model, missing));
        }
    }

    private static List<int> FindVersions(string folder) =>
        [.. Directory.EnumerateDirectories(folder).Select(version => VersionNumber(Path.GetFileName(version))).OfType<int>().Where(version => File.Exists(ModelPath(folder, version)))];

    /// <summary>The number of a version's folder; null for another folder. Leading zeros are no version, so that none can be found in two folders.</summary>
    public static int? VersionNumber(string name) =>
        !name.StartsWith('0') && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;

    private static string ModelPath(string folder, int version) =>
        Path.Combine(folder, version.ToString(CultureInfo.InvariantCulture), ModelFile);

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex NamePattern();
}
