using QueueInference.Worker.Models;

namespace QueueInference.Worker.Residency;

/// <summary>The files of a version are not those that were checked: the next look at the repository takes them for what they are.</summary>
internal sealed class StaleVersionException() : Exception("Its files have changed since they were checked.")
{
    public static void ThrowIfChanged(FoundVersion found)
    {
        // Not model.json, which another load will heed.
        if (!found.Stamp.StartsWith(FileStamp.Of(Path.GetDirectoryName(found.Path)!), StringComparison.Ordinal))
        {
            throw new StaleVersionException();
        }
    }
}
