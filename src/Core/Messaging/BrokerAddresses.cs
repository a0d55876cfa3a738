using System.Text.RegularExpressions;

namespace QueueInference.Core.Messaging;

/// <summary>What <c>ConnectionStrings:RabbitMq</c> says: the nodes of one RabbitMQ, each as a whole AMQP URI. Pure.</summary>
internal static partial class BrokerAddresses
{
    private const string Setting = "ConnectionStrings__RabbitMq";

    /// <summary>The addresses, in their order.</summary>
    /// <param name="text">AMQP URIs, separated by commas or blanks.</param>
    /// <param name="fault">What is wrong, without anything of the addresses, which hold a password; null where all is well.</param>
    public static IReadOnlyList<Uri> Parse(string? text, out string? fault)
    {
        Uri?[] nodes = [.. Separator().Split((text ?? "").Trim(' ', '\n', ',')).Select(Address)];
        fault = Array.FindIndex(nodes, node => node is null) is >= 0 and var bad ? Malformed(bad, nodes.Length)
            : Differences(nodes) is { Length: > 0 } what ? $"{Setting} names several nodes of one RabbitMQ, so {what} must be the same in each address." : null;
        return fault is null ? [.. nodes.OfType<Uri>()] : [];
    }

    private static Uri? Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "amqp" or "amqps"
            && Uri.CheckHostName(address.DnsSafeHost) != UriHostNameType.Unknown && address.Segments.Length <= 2
            ? address : null;

    private static string Malformed(int index, int count) =>
        $"{Setting} must be an AMQP URI such as amqp://user:password@host:5672 or amqps://user:password@host:5671/vhost; several nodes of a cluster are "
        + "separated by commas, each with its own amqp:// and with user and password. "
        + (count > 1 ? $"Address {index + 1} of {count} is none." : "In user, password and virtual host, other characters than letters and digits are written like %2F.");

    private static string Differences(Uri?[] nodes) => string.Join(" and ",
        new (string Name, Func<Uri, string> Part)[]
        {
            ("the scheme", node => node.Scheme), ("user and password", node => node.UserInfo), ("the virtual host", node => node.AbsolutePath),
        }.Where(part => nodes.Select(node => part.Part(node!)).Distinct(StringComparer.Ordinal).Skip(1).Any()).Select(part => part.Name));

    /// <summary>A password may have a comma; what follows one that separates is another URI.</summary>
    [GeneratedRegex(@"[\s,]+(?=amqps?:)|\s+", RegexOptions.IgnoreCase)]
    private static partial Regex Separator();
}
