namespace QueueInference.Worker.Models.Sources;

/// <summary>Where the files of the model repository come from.</summary>
internal interface IModelSource
{
    /// <summary>The folder in which they lie.</summary>
    string Folder { get; }

    /// <summary>Makes the folder hold what is to be served. What cannot be fetched now leaves it as it was.</summary>
    /// <exception cref="SourceUnavailableException">There was never anything to serve yet.</exception>
    Task PullAsync(CancellationToken cancellationToken);
}

/// <summary>A folder, or a share that is mounted as one.</summary>
internal sealed class FolderSource(string folder) : IModelSource
{
    public string Folder => folder;

    public Task PullAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The repository cannot be reached, and nothing of it is here.</summary>
internal sealed class SourceUnavailableException(string message) : Exception(message);
