using System.Globalization;
using System.Text.RegularExpressions;

namespace QueueInference.Functional.Payloads;

/// <summary>The resident memory of a process: at the beginning, and the most that was seen since.</summary>
internal sealed partial class MemoryWatch : IAsyncDisposable
{
    private readonly int _process;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public MemoryWatch(int process)
    {
        _process = process;
        Before = Peak = Resident();
        _watching = WatchAsync();
    }

    public long Before { get; }

    public long Peak { get; private set; }

    public long Growth => Peak - Before;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Peak = Math.Max(Peak, Resident());
            await Task.WhenAny(Task.Delay(10, _stop.Token));
        }
    }

    private long Resident() => 1024 * long.Parse(
        KiB().Match(File.ReadAllText($"/proc/{_process}/status")).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"VmRSS:\s+([0-9]+) kB")]
    private static partial Regex KiB();
}
