using System.Globalization;
using System.Runtime.InteropServices;
using QueueInference.Bench.Report;
using QueueInference.Chaos.Lab;
using QueueInference.Chaos.Report;
using QueueInference.Chaos.Scenarios;

namespace QueueInference.Chaos;

/// <summary>Runs scenarios and tells what broke; the exit code is 1 where anything did.</summary>
internal static class Program
{
    private const int MostTries = 3;

    public static async Task<int> Main(string[] args)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            var options = ChaosOptions.Parse(args);
            return options.List ? List() : await RunAsync(options, ScenarioList.Select(options.Only, options.Tier));
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
    }

    private static int List()
    {
        var table = new Table("goal", "name", "rounds P", "rounds N", "what");
        foreach (var scenario in ScenarioList.All)
        {
            table.Add(scenario.Goal, scenario.Name, $"{scenario.Rounds.P}", $"{scenario.Rounds.N}", scenario.What);
        }

        table.Print();
        return 0;
    }

    private static async Task<int> RunAsync(ChaosOptions options, IReadOnlyList<Scenario> scenarios)
    {
        // Whoever stops the runner stops what it has started.
        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        Console.WriteLine($"Seed {options.Seed}, tier {options.Tier}.");
        await using var servers = await Servers.StartAsync();
        var runner = new ScenarioRunner(servers, options);
        var results = new List<ScenarioResult>();
        foreach (var scenario in scenarios)
        {
            Console.WriteLine($"\n{scenario.Goal} {scenario.Name}: {scenario.What}");
            results.Add(await RunAsync(runner, scenario, options, stop.Token));
        }

        Reporter.Finish(results);
        return results.TrueForAll(result => result.Passed) ? 0 : 1;
    }

    /// <summary>What shows nothing is tried again; a broken promise never is.</summary>
    private static async Task<ScenarioResult> RunAsync(ScenarioRunner runner, Scenario scenario, ChaosOptions options, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var result = await runner.RunAsync(scenario, cancellationToken);
            Reporter.Show(result, options.Seed, options.Tier);
            if (!result.IsVoid || tries == MostTries)
            {
                return result;
            }

            Console.WriteLine("  That shows nothing of the service. Again:");
        }
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
