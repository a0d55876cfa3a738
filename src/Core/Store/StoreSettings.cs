namespace QueueInference.Core.Store;

/// <summary>What of a Redis's settings breaks the promise, and what to set instead. Pure.</summary>
internal static class StoreSettings
{
    private static readonly Version Least = new(7, 0);

    /// <summary>A sentence for each setting that is wrong; none where nothing is, or where it is not told.</summary>
    /// <param name="info">The answer to INFO.</param>
    public static IReadOnlyList<string> Faults(string info)
    {
        var settings = Read(info);
        return [.. new[] { Age(settings), Eviction(settings), AppendOnlyFile(settings), FailedWrite(settings) }.OfType<string>()];
    }

    private static string? Age(Dictionary<string, string> settings) =>
        settings.TryGetValue("redis_version", out var text) && Version.TryParse(text, out var version) && version < Least
            ? $"It is Redis {text}; the scripts need {Least} or later, or any Valkey." : null;

    private static string? Eviction(Dictionary<string, string> settings) =>
        settings.TryGetValue("maxmemory_policy", out var policy) && policy != "noeviction"
            ? $"maxmemory-policy is {policy}: when memory runs out, accepted jobs and results vanish without a word. Set it to noeviction; then a full store refuses new jobs instead." : null;

    private static string? AppendOnlyFile(Dictionary<string, string> settings) =>
        settings.TryGetValue("aof_enabled", out var enabled) && enabled == "0"
            ? "appendonly is no: a restart loses records and results. Set it to yes." : null;

    private static string? FailedWrite(Dictionary<string, string> settings) =>
        settings.TryGetValue("aof_last_write_status", out var status) && status != "ok"
            ? "Its append-only file cannot be written: look at its disk and its log." : null;

    private static Dictionary<string, string> Read(string info)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in info.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(':', 2) is [var name, var value])
            {
                settings[name] = value;
            }
        }

        return settings;
    }
}
