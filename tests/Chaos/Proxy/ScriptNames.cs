using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using QueueInference.Core.Store;

namespace QueueInference.Chaos.Proxy;

/// <summary>Tells the store's scripts apart, by their text or its SHA-1.</summary>
internal static class ScriptNames
{
    private const string Prelude = "prelude.lua";

    private static readonly Assembly Core = typeof(RedisStore).Assembly;

    private static readonly Dictionary<string, string> ByHash = Core.GetManifestResourceNames()
        .Where(name => name.EndsWith(".lua", StringComparison.Ordinal) && name != Prelude)
        .Select(name => Path.GetFileNameWithoutExtension(name))
        .ToDictionary(name => Hash(TextOf(name)));

    public static IEnumerable<string> All => ByHash.Values;

    /// <summary>The script that a command runs; null for any other command.</summary>
    /// <param name="command">Its first two words.</param>
    public static string? Of(IReadOnlyList<string> command) => command switch
    {
        [var verb, var hash] when verb.Equals("EVALSHA", StringComparison.OrdinalIgnoreCase) => ByHash.GetValueOrDefault(hash.ToLowerInvariant()),
        [var verb, var text] when verb.Equals("EVAL", StringComparison.OrdinalIgnoreCase) => ByHash.GetValueOrDefault(Hash(text)),
        _ => null,
    };

    /// <summary>A script as the store is sent it.</summary>
    public static string TextOf(string script) => Text(Prelude) + "\n" + Text(script + ".lua");

    /// <summary>The SHA-1 of a script.</summary>
    public static string HashOf(string script) => ByHash.First(pair => pair.Value == script).Key;

#pragma warning disable CA5350 // Redis names scripts by their SHA-1; nothing is protected by it.
    private static string Hash(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350

    private static string Text(string name)
    {
        using var reader = new StreamReader(Core.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
