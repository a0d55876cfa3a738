using System.Globalization;

namespace QueueInference.Bench.Services;

/// <summary>Finds the process behind a port of this machine.</summary>
internal static class Listeners
{
    private const string Listening = "0A";

    /// <summary>The process id; 0 when none is to be seen.</summary>
    public static int Find(int port)
    {
        var sockets = Inodes(port).Select(inode => $"socket:[{inode}]").ToHashSet();
        return Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Select(name => int.TryParse(name, out var id) ? id : 0).FirstOrDefault(id => id > 0 && Holds(id, sockets));
    }

    private static IEnumerable<string> Inodes(int port) =>
        from file in new[] { "/proc/net/tcp", "/proc/net/tcp6" }
        from line in File.ReadLines(file).Skip(1)
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where fields[3] == Listening && int.Parse(fields[1].Split(':')[1], NumberStyles.HexNumber) == port
        select fields[9];

    private static bool Holds(int process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{process}/fd").Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Gone already, or not ours.
        }
    }
}
