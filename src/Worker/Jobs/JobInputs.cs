using Microsoft.Extensions.Options;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Core.Tensors;

namespace QueueInference.Worker.Jobs;

/// <summary>Brings the inputs of a claimed job that its message does not have. Large ones take turns, so that what is prefetched does not fill the memory.</summary>
internal sealed class JobInputs(JobReads reads, Payloads payloads, StoreRetry retry, IOptions<PayloadOptions> options)
{
    /// <summary>How long a store that is away is waited for, before the broker gets the message back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly JobError Lost = new(JobErrorCodes.PayloadLost, "The inputs of this job are gone. Submit it again.");

    private readonly ByteBudget _memory = new(options.Value.WorkerMemoryBytes);

    /// <summary>Loads what the message lacks; answers why the job cannot run, or null.</summary>
    /// <exception cref="Core.Store.StoreUnavailableException">A store was away for too long.</exception>
    public async ValueTask<JobError?> LoadAsync(HeldJob job)
    {
        if (job.Job.Inputs is not null)
        {
            return null;
        }

        var inputs = await retry.RunAsync(() => reads.GetInputsAsync(job.Lease.Id, CancellationToken.None), Patience, CancellationToken.None);
        if (inputs is not null && AbsentData.PayloadOf(inputs) is not null)
        {
            job.Keep(await _memory.TakeAsync(Payloads.Bytes(inputs)));
            // It may have been canceled or given back while it waited for its turn.
            inputs = job.Phase == HeldPhase.Waiting
                ? await retry.RunAsync(() => payloads.LoadAsync(inputs, CancellationToken.None), Patience, CancellationToken.None)
                : [];
        }

        job.Inputs = inputs ?? [];
        return inputs is null ? Lost : null;
    }
}
