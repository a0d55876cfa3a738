using Microsoft.Extensions.Options;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Core.Store;
using QueueInference.Core.Tensors;

namespace QueueInference.Worker.Jobs;

/// <summary>Turns outputs into what lies beside the record: the tensors, or for large ones a manifest of where they are.</summary>
internal sealed class JobOutputs(Payloads payloads, StoreRetry retry, IOptions<JobOptions> options)
{
    /// <summary>Encodes outputs; large ones are written to the payload store first.</summary>
    /// <exception cref="StoreUnavailableException">The payload store was away, or full, for as long as a lease.</exception>
    public ValueTask<byte[]> EncodeAsync(JobId id, IReadOnlyList<Tensor> outputs) =>
        payloads.AreLarge(outputs) ? StoreAsync(id, outputs) : ValueTask.FromResult(TensorCodec.ToArray(outputs));

    private async ValueTask<byte[]> StoreAsync(JobId id, IReadOnlyList<Tensor> outputs) => TensorManifest.Encode(
        await retry.RunAsync(() => WriteAsync(id, outputs), options.Value.Lease, CancellationToken.None), outputs);

    private async Task<string> WriteAsync(JobId id, IReadOnlyList<Tensor> outputs)
    {
        try
        {
            return await payloads.WriteAsync(id.Partition, outputs, CancellationToken.None);
        }
        catch (StoreFullException e)
        {
            // Room may be made: waiting is better than running the job again at once.
            throw new StoreUnavailableException(e);
        }
    }
}
