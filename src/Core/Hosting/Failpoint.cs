namespace QueueInference.Core.Hosting;

/// <summary>Places between two steps where a test may end this process, or hold it up. Off unless the environment names one.</summary>
public static class Failpoint
{
    /// <summary>Its value: <c>name:exit@n</c>, at the n-th hit, or <c>name:delay=ms</c>, at each hit; several with commas.</summary>
    public const string Variable = "QI_FAILPOINTS";

    private static readonly string Text = Environment.GetEnvironmentVariable(Variable) ?? "";
    private static readonly bool IsOn = Text.Length > 0;
    private static readonly Lazy<FailpointPlan> Plan = new(() => FailpointPlan.Parse(Text, FailpointPlan.Kill));

    /// <summary>Reads the variable, and says that it is set.</summary>
    /// <exception cref="StartupException">It names a place that does not exist; the message lists those that do.</exception>
    public static void Check()
    {
        if (IsOn)
        {
            _ = Plan.Value;
            Console.Error.WriteLine($"{Variable} is set: this process will end or halt itself at {Text}. It is for tests only.");
        }
    }

    /// <summary>The process is at this place; see <see cref="FailpointNames"/>.</summary>
    public static void Hit(string name)
    {
        if (IsOn)
        {
            Plan.Value.Hit(name);
        }
    }
}
