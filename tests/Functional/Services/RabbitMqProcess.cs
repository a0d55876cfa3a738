using System.Diagnostics;

namespace QueueInference.Functional.Services;

/// <summary>A RabbitMQ node of the test's own, so that it may be stopped, frozen and wiped.</summary>
public sealed class RabbitMqProcess : IAsyncDisposable
{
    // The script in /usr/sbin switches to a user of its own and so cannot write here; the one it calls does not.
    private static readonly string[] Server = ["/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server"], Control = ["/usr/lib/rabbitmq/bin/rabbitmqctl", "rabbitmqctl"];
    private readonly string _folder = ServerRoot.TempFolder("qi-rabbit-");
    private readonly int _port = Ports.Free(), _distribution = Ports.Free();
    private readonly ClusterHome? _cluster;
    private readonly int _epmd;
    private Process? _process;

    /// <param name="cluster">What it shares with the other nodes of a cluster; none for a node that stands alone.</param>
    internal RabbitMqProcess(ClusterHome? cluster = null)
    {
        _cluster = cluster;
        _epmd = cluster?.Epmd ?? Ports.Free();
    }

    /// <summary>Its name among the nodes.</summary>
    public string Name => $"qi{_port}@localhost";

    /// <summary>Its process.</summary>
    public int Id => _process!.Id;

    /// <summary>The AMQP URI.</summary>
    public string Address => $"amqp://guest:guest@127.0.0.1:{_port}";

    /// <summary>Data and logs; its processes are known by it.</summary>
    public string Folder => _folder;

    /// <summary>What its programs must find in their environment.</summary>
    private Dictionary<string, string> Settings => new()
    {
        ["RABBITMQ_NODENAME"] = Name,
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = $"{_port}",
        ["RABBITMQ_DIST_PORT"] = $"{_distribution}",
        ["ERL_EPMD_PORT"] = $"{_epmd}",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "plugins"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "none"),
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-rabbit disk_free_limit 50000000" + _cluster?.Arguments,
        ["HOME"] = _cluster?.Folder ?? _folder,
    };

    public static async Task<RabbitMqProcess> StartAsync()
    {
        var server = new RabbitMqProcess();
        await server.RunAsync();
        return server;
    }

    /// <summary>Starts it, again after <see cref="Kill"/>, on the same port and folder.</summary>
    public async Task RunAsync()
    {
        _process = ServerRoot.Start(Server, [], Settings);
        await Ports.OpenAsync(_port, TimeSpan.FromSeconds(90));
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        _process!.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <summary>Runs rabbitmqctl for this node, and answers what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        var output = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var control = ServerRoot.Start(Control, ["--timeout", "60", .. arguments], Settings, output.Enqueue);
        await control.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(90));
        var text = string.Join('\n', output);
        return control.ExitCode == 0 ? text : throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', arguments)}: {text}");
    }

    /// <summary>All that the node has written to its log.</summary>
    public string ReadLog() => string.Concat(
        Directory.EnumerateFiles(ServerRoot.Outside(Path.Combine(_folder, "log")), "*.log", SearchOption.AllDirectories).Select(ReadShared));

    /// <summary>It stands still, connections and all.</summary>
    public void Freeze() => Executables.SignalByFolder(_folder, 19);

    /// <summary>It goes on.</summary>
    public void Thaw() => Executables.SignalByFolder(_folder, 18);

    private static string ReadShared(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Kill();
        }

        Executables.KillByFolder(_folder);
        ServerRoot.Delete(_folder);
        return ValueTask.CompletedTask;
    }
}

/// <summary>What the nodes of one RabbitMQ cluster share: the port mapper of Erlang, the cookie that lets them talk, and whom they look for when they start.</summary>
internal sealed class ClusterHome : IDisposable
{
    public ClusterHome()
    {
        // Not theirs to make: they start at the same time.
        var cookie = Path.Combine(ServerRoot.Outside(Folder), ".erlang.cookie");
        File.WriteAllText(cookie, "queueinference");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(cookie, UnixFileMode.UserRead);
        }
    }

    public int Epmd { get; } = Ports.Free();

    public string Folder { get; } = ServerRoot.TempFolder("qi-cookie-");

    /// <summary>The names of all nodes.</summary>
    public IReadOnlyList<string> Members { get; set; } = [];

    /// <summary>For Erlang, without blanks within: one thread each, since all are on one machine, and the members.</summary>
    public string Arguments => $" +S 1:1 -rabbit cluster_nodes {{[{string.Join(',', Members.Select(name => $"'{name}'"))}],disc}}";

    public void Dispose()
    {
        Executables.KillByFolder(Folder);
        ServerRoot.Delete(Folder);
    }
}
