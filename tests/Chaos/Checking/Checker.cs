using QueueInference.Chaos.History;

namespace QueueInference.Chaos.Checking;

/// <summary>Compares what was promised with what was seen. Pure.</summary>
internal static class Checker
{
    private static readonly string[] Ends = ["succeeded", "failed", "canceled", "expired"];

    /// <summary>Judges a scenario.</summary>
    /// <param name="run">What clients and faults did.</param>
    /// <param name="state">What is left.</param>
    /// <param name="allowed">What these faults may cost.</param>
    public static Verdict Check(RunHistory run, StoreState state, Allowance allowed)
    {
        var jobs = run.Jobs.ToList();
        var stored = state.Jobs.ToLookup(job => job.Key);
        var keys = jobs.Select(job => job.Key).ToHashSet();
        var fates = jobs.ConvertAll(job => new JobFate(job, [.. stored[job.Key]], allowed));
        var unexpected = state.Jobs.Where(job => job.Key is null || !keys.Contains(job.Key)).ToList();
        var counts = new Counts(
            jobs.Count,
            jobs.Count(job => job.Acknowledged),
            fates.Count(fate => fate.Ok),
            fates.Count(fate => fate.Lost),
            fates.Count(fate => fate.Declared),
            fates.Count(fate => fate.Recovered),
            fates.Count(fate => fate.Duplicated),
            unexpected.Count);
        IReadOnlyList<Violation> violations =
        [
            .. fates.SelectMany(fate => fate.Violations()),
            .. unexpected.Select(job => new Violation("I2", $"Nobody submitted {job.Id} ({job.Key ?? "no key"}).")),
            .. state.Jobs.Where(job => !Ends.Contains(job.State)).Select(job => new Violation("I7", $"{job.Id} is still {job.State}.", jobs.Find(one => one.Key == job.Key))),
            .. run.WantsEvents ? Events(run, state) : [],
            .. ExtraRuns(run, state, allowed),
            .. state.Leftovers.Where(left => left.Value > (left.Key == "parked" ? allowed.Parked : 0)).Select(left => new Violation("I8", $"{left.Value} left in {left.Key}.")),
            .. run.BadExits.Select(exit => new Violation("I9", exit)),
            .. Growth.Of(run.Samples).Select(growth => new Violation("I10", growth)),
            .. Faults(run),
        ];
        return new Verdict(counts, violations, Recovery(run));
    }

    /// <summary>Each end was told at least once, and always in the same words.</summary>
    private static IEnumerable<Violation> Events(RunHistory run, StoreState state)
    {
        var told = run.Events.ToLookup(seen => seen.JobId);
        return state.Jobs.Where(job => Ends.Contains(job.State))
            .Select(job => (Job: job, Versions: told[job.Id].Distinct().Count()))
            .Where(end => end.Versions != 1)
            .Select(end => new Violation("I4", end.Versions == 0
                ? $"No webhook told of the end of {end.Job.Id}."
                : $"Webhooks told of the end of {end.Job.Id} in {end.Versions} different ways.", run.Jobs.FirstOrDefault(one => one.Key == end.Job.Key)));
    }

    /// <summary>Runs are paid for by what the faults' victims held.</summary>
    private static IEnumerable<Violation> ExtraRuns(RunHistory run, StoreState state, Allowance allowed)
    {
        var (extra, bound) = (state.Jobs.Sum(job => Math.Max(0, job.Runs - 1)), run.Faults.Sum(fault => fault.Held) + allowed.ExtraRuns);
        if (extra > bound)
        {
            yield return new Violation("I6", $"{extra} runs more than jobs; the faults explain {bound}.");
        }
    }

    private static IEnumerable<Violation> Faults(RunHistory run) => run.Faults.IsEmpty
        ? [new Violation(Violation.NoFault, "No fault was injected.")]
        : run.Faults.Where(fault => !fault.Happened).Select(fault => new Violation(Violation.NoFault, $"The fault did not happen: {fault.Name}."));

    /// <summary>The longest time from the end of a fault to the next end of a job that a client saw.</summary>
    private static double? Recovery(RunHistory run)
    {
        var ends = run.Jobs.Select(job => job.Sightings.FirstOrDefault(sighting => sighting.Terminal)).OfType<Sighting>().Select(end => end.At).Order().ToList();
        var waits = run.Faults.Select(fault => ends.FirstOrDefault(end => end > fault.To) - fault.To).Where(wait => wait > 0).ToList();
        return waits.Count > 0 ? waits.Max() : null;
    }
}
