using QueueInference.Functional.Services;

namespace QueueInference.Chaos.Lab;

/// <summary>128 MiB of memory in the place of a folder: a disk that can be filled, and freed again.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder, _filling;

    private SmallDisk(string folder) => (_folder, _filling) = (folder, Path.Combine(folder, "filling"));

    /// <param name="folder">As the servers know it.</param>
    /// <exception cref="InvalidOperationException">Only root may mount.</exception>
    public static SmallDisk Mount(string folder)
    {
        var disk = new SmallDisk(Directory.CreateDirectory(ServerRoot.Outside(folder)).FullName);
        Run("mount", "-t", "tmpfs", "-o", "size=128m,mode=0777", "tmpfs", disk._folder);
        return disk;
    }

    /// <summary>Takes all the room that is there but for <paramref name="left"/> bytes; answers how many.</summary>
    public long Fill(long left = 0)
    {
        var most = new DriveInfo(_folder).AvailableFreeSpace - left;
        using var file = new FileStream(_filling, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            // Servers write meanwhile: without any left it is full when the system says so.
            for (var piece = new byte[4096]; left == 0 || file.Length < most;)
            {
                file.Write(piece);
            }
        }
        catch (IOException) when (left == 0)
        {
            // That is what was wanted.
        }

        return file.Length;
    }

    public void Free() => File.Delete(_filling);

    // Lazily: a helper of a server that has ended may still have it open.
    public void Dispose() => Run("umount", "-l", _folder);

    private static void Run(string program, params string[] arguments)
    {
        var said = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var process = Executables.Start(Executables.Find(program, "/bin/" + program), arguments, line: said.Enqueue);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} failed, which only root may do, and not in every container: {string.Join(' ', said)}");
        }
    }
}
