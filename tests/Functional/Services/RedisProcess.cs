using System.Diagnostics;

namespace QueueInference.Functional.Services;

/// <summary>A Redis or Valkey server of the test's own, so that it may be stopped, killed and filled.</summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private readonly string _folder = ServerRoot.TempFolder("qi-redis-");
    private readonly int _port = Ports.Free();
    private Process? _process;

    /// <summary>host:port.</summary>
    public string Address => $"127.0.0.1:{_port}";

    public int Id => _process!.Id;

    /// <summary>Its data.</summary>
    public string Folder => _folder;

    /// <summary>Further arguments from its next start on.</summary>
    public IReadOnlyList<string> Settings { get; set; } = [];

    /// <summary>Whom it follows from its next start on; none: nobody.</summary>
    public RedisProcess? Primary { get; set; }

    /// <summary>Starts one with further arguments.</summary>
    public static Task<RedisProcess> StartAsync(params string[] more) => StartAsync(null, more);

    /// <summary>Starts one that follows another.</summary>
    public static async Task<RedisProcess> StartAsync(RedisProcess? primary, params string[] more)
    {
        var server = new RedisProcess { Settings = more, Primary = primary };
        await server.RunAsync();
        return server;
    }

    private string[] Following => Primary is { } primary ? ["--replicaof", "127.0.0.1", $"{primary._port}"] : [];

    /// <summary>Starts it, again after <see cref="Kill"/>, on the same port and folder.</summary>
    public async Task RunAsync()
    {
        _process = ServerRoot.Start(["valkey-server", "redis-server"],
            ["--port", $"{_port}", "--bind", "127.0.0.1", "--dir", _folder, "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction", .. Settings, .. Following]);
        await Ports.OpenAsync(_port, TimeSpan.FromSeconds(20));
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>It stands still, connections and all.</summary>
    public void Freeze() => _ = Executables.Signal(_process!.Id, 19);

    /// <summary>It goes on.</summary>
    public void Thaw() => _ = Executables.Signal(_process!.Id, 18);

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Kill();
        }

        ServerRoot.Delete(_folder);
        return ValueTask.CompletedTask;
    }
}
