using System.Text;

namespace QueueInference.Core.Messaging;

/// <summary>What of a broker breaks the promise, as far as it tells when it is connected to. Pure.</summary>
internal static class BrokerSettings
{
    private static readonly Version Least = new(3, 10);

    /// <summary>A sentence for each thing that is wrong; none where nothing is, or where it is not told.</summary>
    /// <param name="properties">The server's properties, from the handshake.</param>
    public static IReadOnlyList<string> Faults(IDictionary<string, object?>? properties) =>
        [.. new[] { Product(Text(properties, "product")), Age(Text(properties, "version")) }.OfType<string>()];

    private static string? Product(string? product) => product is not (null or "RabbitMQ")
        ? $"It is {product}. Jobs need the quorum queues of RabbitMQ; whether another broker keeps what it confirms is not known." : null;

    /// <summary>A version may have more behind it, as <c>4.3.0-beta.2</c>.</summary>
    private static string? Age(string? version) => Version.TryParse(version?.Split('-', '+')[0], out var number) && number < Least
        ? $"It is RabbitMQ {version}; before {Least} a dead letter may be lost on its way. Upgrade it." : null;

    private static string? Text(IDictionary<string, object?>? properties, string name) =>
        properties is not null && properties.TryGetValue(name, out var value)
            ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), string text => text, _ => null }
            : null;
}
