using System.Diagnostics;

/// <summary>Waits for conditions; what the linked test services need.</summary>
internal static class Wait
{
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
