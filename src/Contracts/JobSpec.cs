namespace QueueInference.Contracts;

/// <summary>Everything about a job that is fixed when it is submitted, except its inputs. It rides in the message and in the record.</summary>
public sealed record JobSpec
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }
    /// <summary>The pinned version; null lets the worker choose when the job runs.</summary>
    public int? Version { get; init; }
    /// <summary>The priority class.</summary>
    public JobPriority Priority { get; init; } = JobPriority.Normal;
    /// <summary>Whose job it is.</summary>
    public required string Tenant { get; init; }
    /// <summary>Unix milliseconds of the submission.</summary>
    public required long CreatedAt { get; init; }
    /// <summary>Unix milliseconds after which an unstarted job expires; null for none.</summary>
    public long? Deadline { get; init; }
    /// <summary>Seconds the result is kept.</summary>
    public required int ResultTtlSeconds { get; init; }
    /// <summary>Runs the job may cost.</summary>
    public required int MaxAttempts { get; init; }
    /// <summary>Names of the wanted outputs; null for all.</summary>
    public IReadOnlyList<string>? Outputs { get; init; }
    /// <summary>Where its terminal event goes; null for nowhere.</summary>
    public WebhookTarget? Webhook { get; init; }
    /// <summary>The caller's own labels, returned as they came.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Where a job's terminal event goes.</summary>
/// <param name="Url">An https URL, or http to an allowed host.</param>
/// <param name="Events">Event types wanted, such as <c>job.succeeded</c>; null for all terminal ones.</param>
public sealed record WebhookTarget(string Url, IReadOnlyList<string>? Events = null);
