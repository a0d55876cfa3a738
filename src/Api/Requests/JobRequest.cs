using QueueInference.Contracts;

namespace QueueInference.Api.Requests;

/// <summary>What a client asks for when it submits a job: well-formed, but not yet compared with a model.</summary>
internal sealed record JobRequest
{
    /// <summary>The model's name, as the client wrote it.</summary>
    public required string Model { get; init; }

    /// <summary>The pinned version; null lets the worker choose.</summary>
    public int? Version { get; init; }

    /// <summary>The inputs. Those of the binary form share the memory of the request body.</summary>
    public required IReadOnlyList<Tensor> Inputs { get; init; }

    /// <summary>Names of the wanted outputs; null for all.</summary>
    public IReadOnlyList<string>? Outputs { get; init; }

    /// <summary>The priority class.</summary>
    public JobPriority Priority { get; init; } = JobPriority.Normal;

    /// <summary>When an unstarted job expires.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Seconds the result is kept; null for the default.</summary>
    public int? ResultTtlSeconds { get; init; }

    /// <summary>Where the terminal event goes. Its syntax is checked; whether the host is allowed is not.</summary>
    public WebhookTarget? Webhook { get; init; }

    /// <summary>Makes repeats of this job one job; goes before a header.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Whether the caller waits for the end.</summary>
    public bool Waits { get; init; }

    /// <summary>The caller's own labels.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
