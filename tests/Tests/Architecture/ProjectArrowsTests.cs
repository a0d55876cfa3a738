using Xunit;

namespace QueueInference.Tests.Architecture;

/// <summary>Which project may know which other, and which package may stand where.</summary>
public sealed class ProjectArrowsTests
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Contracts"] = [],
        ["Core"] = ["Contracts"],
        ["Api"] = ["Core"],
        ["Worker"] = ["Core"],
        ["Standalone"] = ["Api", "Worker"],
        ["Client"] = ["Contracts"],
        ["Cli"] = ["Client"],
    };

    /// <summary>Packages that only one project may name.</summary>
    private static readonly (string Prefix, string Owner)[] Owners =
    [
        ("Microsoft.ML.OnnxRuntime", "Worker"),
        ("Microsoft.Garnet", "Standalone"),
        ("StackExchange.Redis", "Core"),
        ("MassTransit", "Core"),
    ];

    public static TheoryData<string> Projects => [.. Repository.Projects.Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectReferences_OfEachProject_AreTheAllowedArrows(string name)
    {
        Assert.True(Arrows.ContainsKey(name), $"{name} is a new project: say here what it may reference.");

        Assert.Equal(Arrows[name], Find(name).References.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Contracts_Packages_AreNone() => Assert.Empty(Find("Contracts").Packages);

    [Fact]
    public void Packages_WithAnOwner_StandNowhereElse()
    {
        var strangers =
            from project in Repository.Projects
            from package in project.Packages
            from owner in Owners
            where package.Name.StartsWith(owner.Prefix, StringComparison.Ordinal) && project.Name != owner.Owner
            select $"{project.Name} references {package.Name}, which belongs to {owner.Owner}";

        Assert.Empty(strangers);
    }

    [Theory]
    [InlineData("Contracts", "MassTransit", "StackExchange.Redis", "Microsoft.ML.OnnxRuntime", "Microsoft.Garnet")]
    [InlineData("Core", "Microsoft.ML.OnnxRuntime", "Microsoft.Garnet")]
    [InlineData("Api", "Microsoft.ML.OnnxRuntime", "Microsoft.Garnet")]
    [InlineData("Worker", "Microsoft.Garnet")]
    public void LockedPackages_OfEachProject_BringNothingForbiddenAlong(string name, params string[] forbidden) =>
        Assert.DoesNotContain(Repository.LockedPackages(name).Keys, package => forbidden.Any(prefix => package.StartsWith(prefix, StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Projects))]
    public void MassTransit_Everywhere_IsBelowNine(string name) => Assert.DoesNotContain(
        Repository.LockedPackages(name), package => package.Key.StartsWith("MassTransit", StringComparison.Ordinal) && package.Value.Major >= 9);

    [Theory]
    [InlineData("Cpu", "Microsoft.ML.OnnxRuntime")]
    [InlineData("Gpu", "Microsoft.ML.OnnxRuntime.Gpu")]
    public void OnnxRuntime_OfEachBuildSwitch_IsOneNativePackage(string value, string expected)
    {
        var native = Find("Worker").Packages.Where(package => package.Name.StartsWith("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal)).ToList();

        Assert.All(native, package => Assert.Matches(@"^'\$\(OnnxRuntime\)' == '(Cpu|Gpu)'$", package.Condition));
        Assert.Equal([expected], native.Where(package => package.Condition.EndsWith($"'{value}'", StringComparison.Ordinal)).Select(package => package.Name));
    }

    private static Project Find(string name) => Repository.Projects.Single(project => project.Name == name);
}
