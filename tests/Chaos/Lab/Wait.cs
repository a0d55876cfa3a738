using System.Diagnostics;

/// <summary>Waits for conditions; what the linked services need too.</summary>
internal static class Wait
{
    /// <exception cref="TimeoutException">It did not come true.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan within, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > within)
            {
                throw new TimeoutException($"Waited {within.TotalSeconds} s in vain for {what}.");
            }

            await Task.Delay(20);
        }
    }
}
