using System.Diagnostics;

namespace QueueInference.Functional.Services;

/// <summary>Where the servers of the tests' own come from: this machine, or another system in a folder, entered by chroot, which <c>QI_TEST_SERVER_ROOT</c> names.</summary>
internal static class ServerRoot
{
    private static readonly string? Root = Environment.GetEnvironmentVariable("QI_TEST_SERVER_ROOT") is { Length: > 0 } root ? root.TrimEnd('/') : null;

    /// <summary>An empty folder, by the path that the servers know it by.</summary>
    public static string TempFolder(string prefix) => Root is null
        ? Directory.CreateTempSubdirectory(prefix).FullName
        : Directory.CreateDirectory($"{Root}/tmp/{prefix}{Guid.NewGuid():N}").FullName[Root.Length..];

    /// <summary>The path by which this process knows such a folder.</summary>
    public static string Outside(string folder) => Root + folder;

    /// <summary>Removes such a folder with all that is in it.</summary>
    public static void Delete(string folder) => Directory.Delete(Outside(folder), recursive: true);

    /// <summary>Starts the first of these programs that is there: full paths, or names on the PATH.</summary>
    public static Process Start(string[] programs, IEnumerable<string> arguments, Dictionary<string, string>? environment = null, Action<string>? line = null) => Root is null
        ? Executables.Start(Array.Find(programs, File.Exists) ?? Executables.Find(programs), arguments, environment, line)
        : Executables.Start(Executables.Find("chroot"), [Root, Inside(programs), .. arguments], environment, line);

    private static string Inside(string[] programs) =>
        programs.SelectMany(program => program[0] == '/' ? [program] : new[] { $"/usr/bin/{program}", $"/usr/sbin/{program}" }).FirstOrDefault(path => File.Exists(Root + path))
        ?? throw new InvalidOperationException($"None of {string.Join(", ", programs)} is in {Root}, which QI_TEST_SERVER_ROOT names.");
}
