using System.Diagnostics;

/// <summary>Waits for conditions, never for fixed times.</summary>
internal static class Wait
{
    public static Task UntilAsync(Func<Task<bool>> condition, TimeSpan within, string what) => UntilAsync(condition, within, () => what);

    /// <param name="condition">What is waited for.</param>
    /// <param name="within">How long.</param>
    /// <param name="what">Says what was waited for, and how it stands in the end.</param>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan within, Func<string> what)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < within, $"Waited {within.TotalSeconds} s in vain for {what()}.");
            await Task.Delay(20);
        }
    }

    public static Task UntilAsync(Func<bool> condition, TimeSpan within, string what) =>
        UntilAsync(() => Task.FromResult(condition()), within, what);
}
