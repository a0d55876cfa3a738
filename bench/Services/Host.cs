using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using QueueInference.Functional.Services;

namespace QueueInference.Bench.Services;

/// <summary>One of our hosts as a real process.</summary>
internal sealed partial class Host : IAsyncDisposable
{
    private const int Terminate = 15;

    /// <summary>run.sh sets it for the load generator, whose sockets then cost it less; the hosts have the default.</summary>
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;

    /// <param name="command">The program and its first arguments.</param>
    /// <param name="environment">Settings.</param>
    public Host(IEnumerable<string> command, Dictionary<string, string> environment)
    {
        Address = new Uri($"http://127.0.0.1:{Ports.Free()}");
        Http = new HttpClient { BaseAddress = Address };
        _process = Executables.Start("dotnet", [.. command, "--urls", Address.ToString()],
            new(environment) { ["Logging__LogLevel__Default"] = "Warning", ["Logging__LogLevel__MassTransit"] = "Error", [InlineCompletions] = "0" }, _output.Enqueue);
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
