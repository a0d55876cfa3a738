using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Http;

/// <summary>The built Standalone as a process of its own, with digits, the models of the tests, and one that is as slow as a test wants.</summary>
public partial class StandaloneServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qi-http-").FullName;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port => Client.BaseAddress!.Port;

    /// <summary>Calls the server.</summary>
    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = Path.GetFullPath("../../..", Folder());

    public async ValueTask InitializeAsync()
    {
        var models = Directory.CreateDirectory(Path.Combine(_folder, "models")).FullName;
        foreach (var model in ModelFolders())
        {
            Directory.CreateSymbolicLink(Path.Combine(models, Path.GetFileName(model)), model);
        }

        _process = Executables.Start(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "QueueInference.Standalone.dll"), "--urls", "http://127.0.0.1:0", "--models", models,
                "--data", Path.Combine(_folder, "data"), "--Api:SweepInterval", "00:00:00.2",
                // One run takes the whole processor, so that tests can tell what waits from what runs.
                "--Worker:IntraOpThreads", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ],
            line: _output.Enqueue);
        // It chooses a free port itself, so that nobody else can take it in between, and says which.
        await Wait.UntilAsync(() => Address() is not null, TimeSpan.FromSeconds(60), "Standalone to say where it is");
        Client.BaseAddress = new Uri(Address()!);
        await Wait.UntilAsync(IsReadyAsync, TimeSpan.FromSeconds(60), "Standalone to be ready");
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is { HasExited: false } process)
        {
            process.Kill();
            process.WaitForExit();
        }

        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private string? Address()
    {
        Assert.False(_process!.HasExited, $"Standalone ended:\n{string.Join('\n', _output)}");
        return _output.Select(line => AddressPattern().Match(line)).FirstOrDefault(match => match.Success)?.Value;
    }

    private async Task<bool> IsReadyAsync()
    {
        using var answer = await Client.GetAsync("/health/ready");
        return answer.StatusCode == HttpStatusCode.OK;
    }

    private static IEnumerable<string> ModelFolders() =>
    [
        Path.Combine(Root, "models", "digits"),
        .. Directory.GetDirectories(Path.Combine(Root, "tests", "models")).Where(folder => Directory.Exists(Path.Combine(folder, "1"))),
        Path.Combine(Folder(), "models", "busy"),
    ];

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"http://127\.0\.0\.1:[1-9][0-9]*")]
    private static partial Regex AddressPattern();
}

/// <summary>One server for all tests of this namespace, one test at a time: some compare lists of jobs before and after.</summary>
[CollectionDefinition("Http")]
public sealed class HttpCollection : ICollectionFixture<StandaloneServer>;
