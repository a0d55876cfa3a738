using System.Net.Mime;
using System.Runtime.InteropServices;
using MassTransit;
using MassTransit.Serialization;

namespace QueueInference.Core.Messaging;

/// <summary>Puts a <see cref="JobGroup"/> on the wire as it is: no envelope, no base64, no JSON.</summary>
internal sealed class JobGroupSerializer : ISerializerFactory, IMessageSerializer, IMessageDeserializer
{
    public ContentType ContentType { get; } = new("application/vnd.queueinference.jobs");

    public IMessageSerializer CreateSerializer() => this;

    public IMessageDeserializer CreateDeserializer() => this;

    public MessageBody GetMessageBody<T>(SendContext<T> context) where T : class =>
        new Body(((context.Message as JobGroup) ?? throw new NotSupportedException($"Only {nameof(JobGroup)} travels on this bus.")).Body);

    public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
        new BodyConsumeContext(receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        new Context(this, new JobGroup(body.GetBytes()), new RawMessageContext(headers, destinationAddress, RawSerializerOptions.CopyHeaders));

    public MessageBody GetMessageBody(string text) => throw new NotSupportedException("A group of jobs is not text.");

    public void Probe(ProbeContext context) => context.CreateScope("jobs").Add("contentType", ContentType.MediaType);

    private sealed class Body(ReadOnlyMemory<byte> memory) : MessageBody
    {
        private byte[]? _bytes;

        public long? Length => memory.Length;

        public Stream GetStream() => new MemoryStream(GetBytes(), writable: false);

        // The transport wants an array, and mostly it is one already.
        public byte[] GetBytes() => _bytes ??=
            MemoryMarshal.TryGetArray(memory, out var array) && array.Array!.Length == memory.Length ? array.Array : memory.ToArray();

        public string GetString() => throw new NotSupportedException("A group of jobs is not text.");
    }

    private sealed class Context(IMessageSerializer serializer, JobGroup group, MessageContext context)
        : BaseSerializerContext(SystemTextJsonMessageSerializer.Instance, context, [MessageUrn.ForTypeString<JobGroup>()])
    {
        public override bool TryGetMessage<T>(out T? message) where T : class => (message = group as T) is not null;

        public override bool TryGetMessage(Type messageType, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out object? message) =>
            (message = messageType == typeof(JobGroup) ? group : null) is not null;

        public override IMessageSerializer GetMessageSerializer() => serializer;

        public override IMessageSerializer GetMessageSerializer<T>(MessageEnvelope envelope, T message) => serializer;

        public override IMessageSerializer GetMessageSerializer(object message, string[] messageTypes) => serializer;

        public override Dictionary<string, object> ToDictionary<T>(T? message) where T : class => [];
    }
}
