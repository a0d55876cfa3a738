using System.Diagnostics;

namespace QueueInference.Bench.Services;

/// <summary>
/// The last core for the workers, all others for everything else, until disposed: as where workers have machines of their own. Else what the
/// generator, the Api, the broker and the store do in the same moments decides the tail, and whether sends are late.
/// </summary>
internal sealed class Cores : IDisposable
{
    private static readonly string All = $"0-{Environment.ProcessorCount - 1}";
    private readonly int[] _moved;

    /// <param name="servers">They and this process go to the others.</param>
    public Cores(Servers servers)
    {
        _moved = [.. new[] { Environment.ProcessId, servers.BrokerId, servers.StoreId }.Where(id => id != 0)];
        Move(Others);
    }

    public static string Worker { get; } = $"{Environment.ProcessorCount - 1}";
    public static string Others { get; } = $"0-{Math.Max(0, Environment.ProcessorCount - 2)}";

    public void Dispose() => Move(All);

    private void Move(string cores)
    {
        foreach (var id in _moved)
        {
            using var taskset = Process.Start(new ProcessStartInfo("taskset", ["--all-tasks", "--cpu-list", "--pid", cores, $"{id}"]) { RedirectStandardOutput = true })!;
            taskset.WaitForExit();
            if (taskset.ExitCode != 0)
            {
                throw new InvalidOperationException($"Process {id} cannot be moved to cores {cores}: run as the user it runs as, or as root.");
            }
        }
    }
}
