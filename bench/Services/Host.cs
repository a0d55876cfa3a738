using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using QueueInference.Functional.Services;

namespace QueueInference.Bench.Services;

/// <summary>One of our hosts as a real process.</summary>
internal sealed partial class Host : IAsyncDisposable
{
    private const int Terminate = 15;

    /// <summary>run.sh sets them for the load generator, which then costs less and sends in time; the hosts have the defaults.</summary>
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", FirstGeneration = "DOTNET_GCgen0size";

    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;

    /// <param name="command">The program and its first arguments.</param>
    /// <param name="environment">Settings.</param>
    /// <param name="cores">The only cores it has, as <c>0-2</c>; null for all.</param>
    public Host(IEnumerable<string> command, Dictionary<string, string> environment, string? cores = null)
    {
        Address = new Uri($"http://127.0.0.1:{Ports.Free()}");
        Http = new HttpClient { BaseAddress = Address };
        string[] program = cores is null ? ["dotnet"] : ["taskset", "--cpu-list", cores, "dotnet"];
        _process = Executables.Start(program[0], [.. program[1..], .. command, "--urls", Address.ToString()],
            new(environment) { ["Logging__LogLevel__Default"] = "Warning", ["Logging__LogLevel__MassTransit"] = "Error", [InlineCompletions] = "0", [FirstGeneration] = "0" }, _output.Enqueue);
    }

    public Uri Address { get; }
    public HttpClient Http { get; }
    public int Id => _process.Id;
    public string Output => string.Join('\n', _output);

    /// <summary>The file of a project that is built beside this one.</summary>
    public static string Assembly(string name) => Path.Combine(AppContext.BaseDirectory, $"QueueInference.{name}.dll");

    public Task ReadyAsync() => Wait.UntilAsync(async () =>
    {
        if (_process.HasExited)
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
    }, TimeSpan.FromSeconds(180), $"a host to be ready: {Output}");

    /// <summary>Asks it to stop and waits; what does not stop is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _ = Signal(_process.Id, Terminate);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
