namespace QueueInference.Core.Messaging;

/// <summary>The one message type: a group of jobs in the form of <see cref="JobGroupCodec"/>. MassTransit needs it to be a type in a namespace.</summary>
public sealed record JobGroup(ReadOnlyMemory<byte> Body);
