using System.Text.Json;
using System.Xml.Linq;

namespace QueueInference.Tests.Architecture;

/// <summary>The repository's own files, as the tests that hold its rules see them.</summary>
internal static class Repository
{
    private static readonly char[] Separators = ['/', '\\'];

    public static string Root { get; } = FindRoot();

    /// <summary>The projects under src.</summary>
    public static IReadOnlyList<Project> Projects { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>The C# files under src that people wrote, by their path from the root.</summary>
    public static IReadOnlyDictionary<string, string[]> Sources { get; } =
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(folder => folder is "obj" or "bin"))
            .ToDictionary(path => path, path => File.ReadAllLines(Path.Combine(Root, path)));

    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Every package that a project restores, its own and those they bring along, with their versions.</summary>
    public static Dictionary<string, Version> LockedPackages(string project)
    {
        using var json = JsonDocument.Parse(Text($"src/{project}/packages.lock.json"));
        return json.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject())
            .Where(package => package.Value.TryGetProperty("resolved", out _))
            .DistinctBy(package => package.Name)
            .ToDictionary(package => package.Name, package => Version.Parse(package.Value.GetProperty("resolved").GetString()!.Split('-')[0]));
    }

    private static Project Read(string path)
    {
        var items = XDocument.Load(path).Descendants().Where(element => element.Attribute("Include") is not null).ToList();
        return new Project(
            Path.GetFileNameWithoutExtension(path),
            [.. items.Where(item => item.Name.LocalName == "ProjectReference")
                .Select(item => Path.GetFileNameWithoutExtension(item.Attribute("Include")!.Value.Split(Separators)[^1]))],
            [.. items.Where(item => item.Name.LocalName == "PackageReference")
                .Select(item => new Package(item.Attribute("Include")!.Value, Condition(item)))]);
    }

    private static string Condition(XElement item) =>
        string.Join(" and ", item.AncestorsAndSelf().Select(element => element.Attribute("Condition")?.Value).OfType<string>());

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "QueueInference.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("QueueInference.sln is in no folder above the tests.");
        }

        return folder.FullName;
    }
}

internal sealed record Project(string Name, string[] References, Package[] Packages);

internal sealed record Package(string Name, string Condition);
