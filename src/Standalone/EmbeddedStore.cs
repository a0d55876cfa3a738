using System.Net.Sockets;
using Garnet;
using Garnet.server;
using QueueInference.Core.Hosting;

namespace QueueInference.Standalone;

/// <summary>A Redis-compatible server inside this process, on a Unix socket, with everything on that keeps a job over a <c>kill -9</c>.</summary>
internal sealed class EmbeddedStore : IDisposable
{
    private const string SocketName = "store.sock";
    private readonly GarnetServer _server;
    private readonly FileStream _lock;

    private EmbeddedStore(GarnetServer server, FileStream folderLock, string socket)
    {
        (_server, _lock) = (server, folderLock);
        ConnectionString = "unix:" + socket;
    }

    /// <summary>What to connect to.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts the store on a folder, with what an earlier process left there.</summary>
    /// <exception cref="StartupException">Another process has the folder.</exception>
    public static EmbeddedStore Start(string folder, EmbeddedStoreOptions options, ILoggerFactory? loggers = null)
    {
        Directory.CreateDirectory(folder);
        var folderLock = Lock(folder);
        var socket = SocketPath(folder);
        File.Delete(socket);
        var server = new GarnetServer(Settings(folder, socket, options), loggers);
        server.Start();
        return new EmbeddedStore(server, folderLock, socket);
    }

    public void Dispose()
    {
        _server.Dispose();
        _lock.Dispose();
    }

    /// <summary>Garnet as it has to be set to be a store and not a cache; each line was found by losing something without it.</summary>
    private static GarnetServerOptions Settings(string folder, string socket, EmbeddedStoreOptions options) => new()
    {
        EndPoints = [new UnixDomainSocketEndPoint(socket)],
        UnixSocketPath = socket,
        UnixSocketPermission = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        QuietMode = true,
        LogMemorySize = options.Memory,
        PageSize = "4m",
        SegmentSize = "64m",
        ObjectLogSegmentSize = "64m",
        IndexMemorySize = "16m",
        IndexMaxMemorySize = "128m",
        BufferPoolMemoryBudget = "32m",
        // Without a storage tier the memory is a cache that silently forgets.
        EnableStorageTier = true,
        LogDir = Path.Combine(folder, "log"),
        CheckpointDir = Path.Combine(folder, "checkpoint"),
        Recover = true,
        // A 202 means that the append-only file has the job.
        EnableAOF = true,
        WaitForCommit = true,
        CommitFrequencyMs = 0,
        AofMemorySize = "64m",
        AofPageSize = "16m",
        AofSegmentSize = "64m",
        AofSizeLimit = options.AppendOnlyFile,
        CompactionFrequencySecs = 60,
        CompactionType = LogCompactionType.Lookup,
        CompactionForceDelete = true,
        // Expired keys stay on disk for ever unless something looks for them.
        ExpiredKeyDeletionScanFrequencySecs = 60,
        EnableLua = true,
        LuaOptions = new LuaOptions(),
        // Without it concurrent scripts lose each other's updates.
        LuaTransactionMode = true,
        DeviceType = Tsavorite.core.DeviceType.RandomAccess,
    };

    private static FileStream Lock(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new StartupException($"The data folder {folder} is in use by another process. Stop it, or choose another folder with --data DIR.");
        }
    }

    /// <summary>A socket's path may have 107 bytes only, so a deep folder gets one in the temporary folder.</summary>
    private static string SocketPath(string folder)
    {
        var path = Path.Combine(Path.GetFullPath(folder), SocketName);
        return path.Length <= 100 ? path : Path.Combine(Directory.CreateTempSubdirectory("qi-").FullName, SocketName);
    }
}
