using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Api.Problems;
using QueueInference.Core.Models;
using QueueInference.Core.Payloads;
using QueueInference.Core.Telemetry;

namespace QueueInference.Api.Submitting;

/// <summary>
/// Bounds what submissions hold in this process until they are answered: where broker or store are slower than the callers, these are refused
/// before their body is read. Who was accepted and waits for the end of its job holds nothing here.
/// </summary>
internal sealed class SubmitGate(IOptions<ApiOptions> options, TimeProvider time)
{
    private const int LongestRetry = 30;
    private readonly Turns _turns = new(options.Value.MaxPendingSubmits, time, LongestRetry);
    private readonly DrainMeter _answers = new(time);

    /// <summary>Submissions whose body is in, and which wait for store and broker. Bodies on their way are bounded by their bytes alone: a slow line is no load.</summary>
    private readonly Allowance _waiting = new(options.Value.MaxPendingSubmits);

    private readonly Allowance _bodies = new(options.Value.MaxPendingBytes);

    /// <summary>Apart from the bodies, so that slow uploads of much data keep nobody else out.</summary>
    private readonly Allowance _uploads = new(options.Value.MaxPendingBytes);

    /// <summary>When there was last nothing to answer: what was slow before that says nothing of now.</summary>
    private long _idleAt = time.GetTimestamp();

    /// <summary>Before anything of the body is read.</summary>
    /// <param name="bytes">How long it is, as far as that is known.</param>
    /// <param name="admission">To be disposed when the submission is answered.</param>
    public bool TryEnter(long bytes, [NotNullWhen(true)] out SubmitAdmission? admission) => TryEnter(_bodies, bytes, out admission);

    /// <summary>The same for an upload, of which only a piece is in memory at a time.</summary>
    public bool TryEnterUpload(int headerBytes, [NotNullWhen(true)] out SubmitAdmission? admission) =>
        TryEnter(_uploads, headerBytes + (long)PayloadPieces.MaxBytes, out admission);

    /// <summary>Whether single submissions are refused now; a bulk call should not begin then.</summary>
    public bool IsFull => _waiting.IsFull || _bodies.IsFull;

    /// <summary>Submissions were answered, of which the first had come so long ago.</summary>
    public void Answered(int count, TimeSpan age) => _answers.Add(count, age);

    /// <summary>The refusal of one that did not get in.</summary>
    public Problem Refusal()
    {
        InferenceTelemetry.Submitted.Add(1, new("model", ""), new("outcome", "overloaded"));
        return SubmitProblems.Overloaded(_turns.Next(_answers.PerSecond(time.GetElapsedTime(Volatile.Read(ref _idleAt))), served: true, Random.Shared.NextDouble()));
    }

    private bool TryEnter(Allowance room, long bytes, [NotNullWhen(true)] out SubmitAdmission? admission)
    {
        if (_waiting.IsEmpty && _bodies.IsEmpty && _uploads.IsEmpty)
        {
            Volatile.Write(ref _idleAt, time.GetTimestamp());
        }

        admission = !_waiting.IsFull && room.TryTake(bytes) ? new SubmitAdmission(this, room, _waiting, bytes) : null;
        return admission is not null;
    }
}
