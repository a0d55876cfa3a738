namespace QueueInference.Core.Messaging;

/// <summary>The one message type: a group of jobs in the form of <see cref="JobGroupCodec"/>. MassTransit needs it to be a type in a namespace.</summary>
public sealed record JobGroup(ReadOnlyMemory<byte> Body)
{
    /// <summary>Most jobs of a group.</summary>
    public const int MaxJobs = 64;

    /// <summary>Most bytes of a group; a job that is larger travels alone.</summary>
    public const int MaxBytes = 2 << 20;
}
