namespace QueueInference.Bench.Tracing;

/// <summary>Makes a worker write its runtime's events into a file, which is whole when the worker has stopped.</summary>
internal sealed class TraceSession : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qi-trace-").FullName;

    public string File => Path.Combine(_folder, "worker.nettrace");

    /// <summary>Settings for the process to be traced.</summary>
    /// <param name="providers">In the form of <c>DOTNET_EventPipeConfig</c>.</param>
    public Dictionary<string, string> Environment(string providers) => new()
    {
        ["DOTNET_EnableEventPipe"] = "1",
        ["DOTNET_EventPipeConfig"] = providers,
        ["DOTNET_EventPipeOutputPath"] = File,
        ["DOTNET_EventPipeOutputStreaming"] = "1",
        ["DOTNET_EventPipeCircularMB"] = "512",
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
