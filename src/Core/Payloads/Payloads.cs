using Microsoft.Extensions.Options;
using QueueInference.Contracts;
using QueueInference.Core.Hosting;
using QueueInference.Core.Store;
using QueueInference.Core.Tensors;

namespace QueueInference.Core.Payloads;

/// <summary>Moves the data of large tensors into the payload store and back.</summary>
public sealed class Payloads(IPayloadStore store, PayloadLedger ledger, IOptions<PayloadOptions> options, TimeProvider time)
{
    /// <summary>How long a payload lives that no job takes; longer than any transfer and the writes after it.</summary>
    private static readonly TimeSpan Untaken = TimeSpan.FromMinutes(30);

    private readonly PayloadOptions _options = options.Value;

    /// <summary>Whether tensors go to the payload store instead of a message or a record.</summary>
    public bool AreLarge(IReadOnlyList<Tensor> tensors) => Bytes(tensors) > _options.InlineMaxBytes;

    /// <summary>Bytes of the data of tensors, here or elsewhere.</summary>
    public static long Bytes(IReadOnlyList<Tensor> tensors)
    {
        var bytes = 0L;
        for (var i = 0; i < tensors.Count; i++)
        {
            bytes += tensors[i].Data.Length;
        }

        return bytes;
    }

    /// <summary>Writes the data of tensors; answers the payload's name.</summary>
    public Task<string> WriteAsync(string partition, IReadOnlyList<Tensor> tensors, CancellationToken cancellationToken) =>
        WriteAsync(partition, PayloadPieces.Cut(tensors.Select(tensor => tensor.Data)).ToAsyncEnumerable(), cancellationToken);

    /// <summary>Writes pieces; answers the payload's name. It is deleted unless a job takes it.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer, or not in time.</exception>
    /// <exception cref="StoreFullException">The store has no room.</exception>
    public async Task<string> WriteAsync(string partition, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken)
    {
        var name = PayloadLedger.NewName(partition);
        await ledger.NoteAsync(name, Untaken, cancellationToken);
        Failpoint.Hit(FailpointNames.AfterNote);
        try
        {
            await InTimeAsync(token => store.WriteAsync(name, pieces, token), cancellationToken);
            Failpoint.Hit(FailpointNames.AfterWrite);
            return name;
        }
        catch
        {
            await DiscardAsync(name);
            throw;
        }
    }

    /// <summary>Lets go of an upload, unless a job has taken it. Never throws: what is not noted now is due later.</summary>
    public async Task DiscardAsync(string name)
    {
        try
        {
            await ledger.DiscardAsync(name, CancellationToken.None);
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
        {
        }
    }

    /// <summary>Opens the payload of absent tensors; null when it is gone.</summary>
    public Task<Stream?> OpenAsync(IReadOnlyList<Tensor> tensors, CancellationToken cancellationToken) =>
        store.OpenAsync(AbsentData.PayloadOf(tensors)!, cancellationToken);

    /// <summary>Absent tensors with their data, each in an array of its own; null when the payload is gone.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer, or not in time.</exception>
    public async Task<Tensor[]?> LoadAsync(IReadOnlyList<Tensor> tensors, CancellationToken cancellationToken)
    {
        var arrays = tensors.Select(tensor => GC.AllocateUninitializedArray<byte>(tensor.Data.Length)).ToArray();
        var found = false;
        await InTimeAsync(async token => found = await FillAsync(AbsentData.PayloadOf(tensors)!, arrays, token), cancellationToken);
        return found ? [.. tensors.Select((tensor, i) => tensor with { Data = arrays[i] })] : null;
    }

    private async Task<bool> FillAsync(string name, byte[][] arrays, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenAsync(name, cancellationToken);
        if (stream is null)
        {
            return false;
        }

        foreach (var array in arrays)
        {
            if (await stream.ReadAtLeastAsync(array, array.Length, throwOnEndOfStream: false, cancellationToken) < array.Length)
            {
                return false;
            }
        }

        return true;
    }

    private async Task InTimeAsync(Func<CancellationToken, Task> transfer, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.TransferTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await transfer(both.Token);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException(e);
        }
    }
}
