namespace QueueInference.Core.Hosting;

/// <summary>Catches mistyped options, which the configuration would take for settings that nobody reads.</summary>
public static class HostArguments
{
    private static readonly string[] Common = ["--urls", "--environment", "--contentRoot", "--applicationName"];

    /// <summary>Checks the arguments of a host.</summary>
    /// <param name="args">As given.</param>
    /// <param name="own">The host's own switches.</param>
    /// <exception cref="StartupException">One is unknown, or help is asked for; the message lists what there is.</exception>
    public static void Check(string[] args, params IEnumerable<string> own)
    {
        string[] known = [.. own, .. Common];
        var unknown = args.Select(arg => arg.Split('=')[0]).FirstOrDefault(arg => arg.StartsWith("--", StringComparison.Ordinal)
            && !arg.Contains(':', StringComparison.Ordinal) && !known.Contains(arg, StringComparer.OrdinalIgnoreCase));
        if (unknown is not null)
        {
            throw new StartupException($"There is no option {unknown}. Options: {string.Join(", ", own.Append("--urls"))}; "
                + "any setting as --Section:Name value or as the environment variable Section__Name.");
        }
    }
}
