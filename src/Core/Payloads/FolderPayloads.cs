using QueueInference.Core.Store;

namespace QueueInference.Core.Payloads;

/// <summary>Payloads as files of a folder that all processes share.</summary>
internal sealed class FolderPayloads(string folder) : IPayloadStore
{
    private const int DiskFull = 28, DiskFullOnWindows = unchecked((int)0x80070070);

    public async Task WriteAsync(string name, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken)
    {
        try
        {
            await WritePartAsync(name, pieces, cancellationToken);
            // Only what is whole, and on disk, gets its name.
            Guard(() => File.Move(PartOf(name), FileOf(name), overwrite: true));
        }
        catch
        {
            Guard(() => File.Delete(PartOf(name)));
            throw;
        }
    }

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) => Task.FromResult(Guard(() => Open(name)));

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        Guard(() => File.Delete(FileOf(name)));
        Guard(() => File.Delete(PartOf(name)));
        return Task.CompletedTask;
    }

    private async Task WritePartAsync(string name, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken)
    {
        await using var file = Guard(() => new FileStream(PartOf(name), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true));
        await foreach (var piece in pieces.WithCancellation(cancellationToken))
        {
            await GuardAsync(() => file.WriteAsync(piece, cancellationToken).AsTask());
        }

        await GuardAsync(() => Task.Run(() => file.Flush(flushToDisk: true), CancellationToken.None));
    }

    private Stream? Open(string name)
    {
        try
        {
            return new GuardedStream(
                new FileStream(FileOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, useAsync: true));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private string FileOf(string name) => Path.Combine(folder, name);

    private string PartOf(string name) => Path.Combine(folder, name + ".part");

    private static void Guard(Action action) => Guard(() =>
    {
        action();
        return true;
    });

    private static T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Translated(e);
        }
    }

    private static async Task GuardAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Translated(e);
        }
    }

    private static Exception Translated(Exception e) =>
        e.HResult is DiskFull or DiskFullOnWindows ? new StoreFullException(e) : new StoreUnavailableException(e);
}
