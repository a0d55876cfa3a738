using System.Globalization;
using System.Text.Json;

namespace Peer;

/// <summary>What the script says.</summary>
internal static class Settings
{
    public const string Prefix = "{peer-hangfire}:";

    public static string Samples { get; } = Text("PEER_SAMPLES");
    public static string Redis { get; } = $"{Text("PEER_REDIS_HOST")}:{Text("PEER_REDIS_PORT")},defaultDatabase={Database}";
    public static int Database => Number("PEER_REDIS_DATABASE", 0);
    public static TimeSpan Warmup { get; } = TimeSpan.FromSeconds(Number("PEER_WARMUP", 15));
    public static TimeSpan Length { get; } = TimeSpan.FromSeconds(Number("PEER_SECONDS", 10));
    public static int InFlight { get; } = Number("PEER_IN_FLIGHT", 64);
    public static int Workers { get; } = Number("PEER_CONCURRENCY", 4);
    public static About About { get; } = JsonSerializer.Deserialize<About>(System.IO.File.ReadAllText(Path.Combine(Samples, "about.json")), JsonSerializerOptions.Web)!;

    public static byte[] File(string name) => System.IO.File.ReadAllBytes(Path.Combine(Samples, name));

    private static string Text(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is missing.");

    private static int Number(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

/// <summary>The model's one input, its shape for one row, the output that is checked, and how many samples there are.</summary>
internal sealed record About(string Input, long[] Shape, string Output, int Count);
