using System.Globalization;
using QueueInference.Bench.Report;
using QueueInference.Chaos.History;

namespace QueueInference.Chaos.Report;

/// <summary>Tells what was seen: a line for each scenario, a table at the end, and the history of whatever broke a promise.</summary>
internal static class Reporter
{
    private const int MostViolations = 12, MostHistories = 2, MostOutput = 3000;

    public static void Finish(IReadOnlyList<ScenarioResult> results)
    {
        var table = new Table(
            "goal", "scenario", "attempted", "acknowledged", "ok", "lost", "declared", "recovered", "duplicated", "unexpected", "faults", "recovery s", "seconds", "verdict");
        foreach (var result in results)
        {
            var counts = result.Verdict?.Counts;
            table.Add(result.Scenario.Goal, result.Scenario.Name, Number(counts?.Attempted), Number(counts?.Acknowledged), Number(counts?.Ok), Number(counts?.Lost),
                Number(counts?.Declared), Number(counts?.Recovered), Number(counts?.Duplicated), Number(counts?.Unexpected),
                Number(result.Run.Faults.Count(fault => fault.Happened)), Seconds(result.Verdict?.RecoverySeconds), Seconds(result.Seconds), result.Passed ? "ok" : result.IsVoid ? "void" : "BROKEN");
        }

        Console.WriteLine();
        table.Print();
        Console.WriteLine($"\n{results.Count(result => result.Passed)} passed, {results.Count(result => !result.Passed)} failed");
    }

    /// <summary>What happened in one scenario.</summary>
    public static void Show(ScenarioResult result, int seed, string tier)
    {
        foreach (var fault in result.Run.Faults)
        {
            Console.WriteLine($"  {fault.From,6:0.0} to {fault.To:0.0} s: {fault.Name}: {fault.Proof ?? "DID NOT HAPPEN"}");
        }

        if (result.Passed)
        {
            return;
        }

        Console.WriteLine($"  BROKEN. Again: ./chaos.sh --seed {seed} --tier {tier} --only {result.Scenario.Name}");
        Console.WriteLine(result.Trouble is null ? "" : $"  The scenario itself broke: {result.Trouble}");
        var violations = result.Verdict?.Violations ?? [];
        foreach (var violation in violations.Take(MostViolations))
        {
            Console.WriteLine($"  {violation.Invariant}: {violation.Text}{(violation.Job is { } job ? $" ({job.Key})" : "")}");
        }

        Console.WriteLine(violations.Count > MostViolations ? $"  and {violations.Count - MostViolations} more" : "");
        foreach (var job in violations.Select(violation => violation.Job).OfType<JobHistory>().Distinct().Take(MostHistories))
        {
            ShowHistory(job, result.Run);
        }

        Console.WriteLine("  The hosts printed at last:\n" + (result.Output.Length > MostOutput ? result.Output[^MostOutput..] : result.Output));
    }

    private static void ShowHistory(JobHistory job, RunHistory run)
    {
        Console.WriteLine($"  History of {job.Key}, ids {string.Join(", ", job.Ids)}, whose answer is {job.Expected}:");
        var lines = job.Attempts.Select(attempt => (attempt.At, $"submit: {attempt.Status?.ToString(CultureInfo.InvariantCulture) ?? "no answer"} {attempt.Problem} after {attempt.Took:0.00} s"))
            .Concat(job.Sightings.Select(seen => (seen.At, $"read: {seen.Status?.ToString(CultureInfo.InvariantCulture) ?? "no answer"} {seen.Problem} {seen.State} {seen.Error} {seen.Answer} attempt {seen.Runs}, ended {seen.FinishedAt}")))
            .Concat(run.Faults.SelectMany(fault => new[] { (fault.From, $"-- {fault.Name} begins"), (fault.To, $"-- {fault.Name} is over") }));
        foreach (var (at, text) in lines.OrderBy(line => line.Item1))
        {
            Console.WriteLine($"    {at,7:0.00} {text}");
        }
    }

    private static string Number(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Seconds(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-";
}
