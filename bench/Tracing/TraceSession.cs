namespace QueueInference.Bench.Tracing;

/// <summary>Makes a worker write its runtime's events into a file, which is whole when the worker has stopped.</summary>
internal sealed class TraceSession : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qi-trace-").FullName;

    /// <summary>The largest, since the processes in which it tries models inherit its settings and write files of their own.</summary>
    public string File => Directory.GetFiles(_folder).MaxBy(file => new FileInfo(file).Length)!;

    /// <summary>Settings for the process to be traced.</summary>
    /// <param name="providers">In the form of <c>DOTNET_EventPipeConfig</c>.</param>
    public Dictionary<string, string> Environment(string providers) => new()
    {
        ["DOTNET_EnableEventPipe"] = "1",
        ["DOTNET_EventPipeConfig"] = providers,
        ["DOTNET_EventPipeOutputPath"] = Path.Combine(_folder, "{pid}.nettrace"),
        ["DOTNET_EventPipeOutputStreaming"] = "1",
        ["DOTNET_EventPipeCircularMB"] = "512",
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
