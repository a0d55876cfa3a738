using QueueInference.Core.Hosting;
using QueueInference.Functional.Hosts;

namespace QueueInference.Chaos.Scenarios;

/// <summary>One crash of a host at one place between two of its steps.</summary>
/// <param name="Host">Which.</param>
/// <param name="Point">One of <see cref="FailpointNames"/>.</param>
/// <param name="Nth">At which hit.</param>
internal sealed record Crash(HostProcess Host, string Point, int Nth)
{
    /// <summary>What leads there, once the host is ready; nothing where the load does. Disposed of when the crash has come.</summary>
    public Func<ChaosContext, Task<IDisposable?>>? Provoke { get; init; }

    private const int Tries = 3, KilledCode = 128 + 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>Hosts crash one after the other, each start armed with the next crash; in the end it runs unarmed.</summary>
    public static async Task ChainAsync(ChaosContext chaos, IEnumerable<Crash> crashes)
    {
        var hosts = new HashSet<HostProcess>();
        foreach (var crash in crashes)
        {
            hosts.Add(crash.Host);
            await chaos.FaultAsync($"crash {chaos.Cluster.NameOf(crash.Host)} at {crash.Point}, hit {crash.Nth}", () => crash.RunAsync(chaos));
        }

        foreach (var host in hosts)
        {
            host.Environment.Remove(Failpoint.Variable);
            Start(host);
        }
    }

    private async Task<(string?, int)> RunAsync(ChaosContext chaos)
    {
        var (held, known) = (0, Lines());
        Host.Environment[Failpoint.Variable] = $"{Point}:exit@{Nth}";
        for (var tried = 0; tried < Tries; tried++)
        {
            Start(Host);
            held = Math.Max(held, await UntilExitAsync(chaos));
            if (Host.HasExited && Host.ExitCode == KilledCode)
            {
                await Wait.UntilAsync(() => Task.FromResult(Lines() > known), Patience, "the last line of a host that crashed");
                return ($"ended with code {Host.ExitCode}, and said why; workers held {held} jobs", held);
            }
        }

        return (null, held);
    }

    /// <summary>Answers the most jobs that workers held meanwhile; an Api's end excuses no run.</summary>
    private async Task<int> UntilExitAsync(ChaosContext chaos)
    {
        var (held, until) = (0, chaos.Run.Now + Patience.TotalSeconds);
        using var provoked = Provoke is null ? null : await ProvokeAsync(chaos);
        while (!Host.HasExited && chaos.Run.Now < until)
        {
            held = Host == chaos.Cluster.Api ? 0 : Math.Max(held, await chaos.Store.RunningAsync());
            await Task.Delay(10, chaos.Cancel);
        }

        return held;
    }

    /// <summary>Nothing where the host comes to the place by itself before it is ready: what waits for it may lead there.</summary>
    private async Task<IDisposable?> ProvokeAsync(ChaosContext chaos)
    {
        try
        {
            await Host.ReadyAsync();
        }
        catch (InvalidOperationException) when (Host.HasExited)
        {
            return null;
        }

        return await Provoke!(chaos);
    }

    private int Lines() => Host.Output.Split('\n').Count(line => line.Contains($"Failpoint {Point} ends", StringComparison.Ordinal));

    private static void Start(HostProcess host)
    {
        if (!host.HasExited)
        {
            host.Kill();
        }

        host.Launch();
    }
}
