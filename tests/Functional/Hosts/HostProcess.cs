using System.Collections.Concurrent;
using System.Diagnostics;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Hosts;

/// <summary>One of our hosts as a real process, so that it can be killed.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly string _name;
    private readonly string[] _arguments;
    private readonly Dictionary<string, string> _environment;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    /// <param name="name">Api, Worker or Standalone.</param>
    /// <param name="environment">Settings.</param>
    /// <param name="arguments">More arguments.</param>
    public HostProcess(string name, Dictionary<string, string>? environment = null, params string[] arguments)
    {
        var port = Ports.Free();
        Address = new Uri($"http://127.0.0.1:{port}");
        Http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(100) };
        (_name, _arguments) = (name, ["--urls", Address.ToString(), .. arguments]);
        _environment = new(environment ?? []) { ["Logging__LogLevel__Default"] = "Warning", ["Logging__LogLevel__MassTransit"] = "Error" };
    }

    /// <summary>Where its program lies, of the next start: another release is in another folder.</summary>
    public string Folder { get; set; } = AppContext.BaseDirectory;

    public Uri Address { get; }

    /// <summary>Of the next start.</summary>
    public IDictionary<string, string> Environment => _environment;

    public HttpClient Http { get; }
    public string Output => string.Join('\n', _output);
    public int Id => _process!.Id;
    public int ExitCode => _process!.ExitCode;
    public bool HasExited => _process is not { HasExited: false };

    /// <summary>Starts it, again after a kill, and waits until it is ready.</summary>
    public async Task<HostProcess> StartAsync(bool ready = true)
    {
        Launch();
        if (ready)
        {
            await ReadyAsync();
        }

        return this;
    }

    /// <summary>Starts it without waiting for anything.</summary>
    public void Launch() => _process = Executables.Start("dotnet", [Path.Combine(Folder, $"QueueInference.{_name}.dll"), .. _arguments], _environment, line => _output.Enqueue(line));

    public Task ReadyAsync() => Wait.UntilAsync(async () =>
    {
        if (_process!.HasExited)
        {
            throw new InvalidOperationException($"The host ended: {Output}");
        }

        try
        {
            using var response = await Http.GetAsync("/health/ready");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }, TimeSpan.FromSeconds(60), $"{_name} to be ready: {Output}");

    /// <summary>Its resident memory, bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The sum of a metric over the series that have all these labels; 0 where there is none.</summary>
    public async Task<double> MetricAsync(string name, params string[] labels) =>
        (await Http.GetStringAsync("/metrics")).Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && Array.TrueForAll(labels, label => line.Contains(label, StringComparison.Ordinal)))
            .Sum(line => double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops it in its tracks, connections open.</summary>
    public void Freeze() => Send(19);

    /// <summary>Lets it go on after <see cref="Freeze"/>, unaware of the time that has passed.</summary>
    public void Thaw() => Send(18);

    /// <summary>Asks it to stop, without waiting.</summary>
    public void Terminate() => Send(15);

    /// <summary>Asks it to stop, as an orchestrator does; answers the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        Terminate();
        await _process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Kill();
        }

        Http.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Send(int signal)
    {
        if (!Executables.Signal(_process!.Id, signal))
        {
            throw new InvalidOperationException($"Process {_process.Id} took no signal {signal}.");
        }
    }
}
