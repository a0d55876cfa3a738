using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using QueueInference.Api.Models;
using QueueInference.Api.Problems;
using QueueInference.Core.Jobs;

namespace QueueInference.Api.Submitting;

/// <summary>Why <c>reserve</c> refused a job, and when it may be sent again: when so many others have ended, as fast as workers end them now.</summary>
internal sealed class QueueRefusals(DrainRates rates, IOptions<JobOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Turns> _queues = new();
    private readonly Turns _all = new(options.Value.MaxOpen, time);

    /// <summary>The refusal of a job.</summary>
    public Problem Of(ReserveOutcome refusal, string model) => refusal switch
    {
        ReserveOutcome.QueueFull => SubmitProblems.QueueFull(Next(_queues.GetOrAdd(model, _ => new Turns(options.Value.MaxQueuedPerModel, time)), model)),
        ReserveOutcome.PayloadGone => SubmitProblems.StoreUnavailable,
        _ => SubmitProblems.TooMany(Next(_all, null)),
    };

    private RetryTime Next(Turns turns, string? model) => turns.Next(rates.PerSecond(model), rates.IsServed(model), Random.Shared.NextDouble());
}
