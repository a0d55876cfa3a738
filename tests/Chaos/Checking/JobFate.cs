using QueueInference.Chaos.History;

namespace QueueInference.Chaos.Checking;

/// <summary>What became of one job. Pure.</summary>
/// <param name="job">What its clients saw.</param>
/// <param name="stored">The jobs with its key that the service lists at the end.</param>
/// <param name="allowed">What the faults may cost.</param>
internal sealed class JobFate(JobHistory job, IReadOnlyList<StoredJob> stored, Allowance allowed)
{
    private readonly Sighting? _last = job.Last;

    /// <summary>Every id that was made for its key.</summary>
    private readonly HashSet<string> _ids = [.. job.Ids, .. stored.Select(one => one.Id)];

    public bool Ok => job.Acknowledged && Right;

    public bool Declared => job.Acknowledged && !Right && IsAllowed;

    public bool Lost => job.Acknowledged && !Right && !IsAllowed;

    public bool Recovered => !job.Acknowledged && (_last is { Terminal: true } || stored.Count > 0);

    public bool Duplicated => _ids.Count > 1 || Ends().Count() > 1;

    private bool Right => job.MustFail is { } code
        ? _last is { Terminal: true, State: "failed" } failed && failed.Error == code
        : _last is { Terminal: true, State: "succeeded" } end && IsRight(end);

    private bool IsAllowed => _last is { Terminal: true, State: "failed" or "expired" } end
        ? allowed.Errors.Contains(end.Error ?? end.State)
        : _last is { Status: 410, Problem: "result-lost" } && allowed.DeclaredLoss;

    public IEnumerable<Violation> Violations()
    {
        if (Lost)
        {
            yield return new Violation("I1", $"Accepted, and at last seen as {Show(_last)}.", job);
        }

        if (!job.Acknowledged && _ids.Count > 0 && stored.Count == 0 && _last is not { Terminal: true } && !IsAllowed)
        {
            yield return new Violation("I7", $"Its id was told, and it was at last seen as {Show(_last)}.", job);
        }

        if (_ids.Count > 1)
        {
            yield return new Violation("I3", $"One key made {_ids.Count} jobs: {string.Join(", ", _ids)}.", job);
        }

        if (Ends().Count() > 1)
        {
            yield return new Violation("I3", $"It ended more than once: {string.Join("; ", Ends())}.", job);
        }

        foreach (var violation in job.Sightings.Select(Seen).Concat(job.Attempts.Select(Tried)).OfType<Violation>())
        {
            yield return violation;
        }
    }

    private static string Show(Sighting? sighting) => sighting is null ? "never seen" : $"{sighting.Status} {sighting.Problem}{sighting.State} {sighting.Error}".TrimEnd();

    private bool IsRight(Sighting end) => end.Answer is { } answer && Math.Abs(answer - job.Expected) < 1e-3;

    private IEnumerable<(string?, string?, double?, string?, int)> Ends() =>
        job.Sightings.Where(sighting => sighting.Terminal).Select(sighting => sighting.End).Distinct();

    private Violation? Seen(Sighting seen) => seen switch
    {
        { Terminal: true, State: "succeeded" } when !IsRight(seen) => new Violation("I5", $"The answer was {seen.Answer}, not {job.Expected}.", job),
        { Status: 404 } => new Violation("I1", "It was answered 404, and it does exist.", job),
        { Status: 410 } when !allowed.DeclaredLoss => new Violation("I1", $"It was answered 410 {seen.Problem}.", job),
        { Status: >= 500 and not 503 } => new Violation("I9", $"It was answered {seen.Status} {seen.Problem}.", job),
        { Status: null } when !allowed.Silence && seen.Problem == "timeout" => new Violation("I9", $"A read had no answer after {seen.Took:0.0} s.", job),
        _ when !allowed.Silence && seen.Took > allowed.Read + allowed.Slack => new Violation("I9", $"A read took {seen.Took:0.0} s.", job),
        _ => null,
    };

    private Violation? Tried(Attempt tried) => tried switch
    {
        { Status: >= 500 and not (503 or 507) } => new Violation("I9", $"A submission was answered {tried.Status} {tried.Problem}.", job),
        { Status: null, Problem: "timeout" } when !allowed.Silence => new Violation("I9", $"A submission had no answer after {tried.Took:0.0} s.", job),
        _ when !allowed.Silence && tried.Took > allowed.Submit + allowed.Slack => new Violation("I9", $"A submission took {tried.Took:0.0} s.", job),
        _ => null,
    };
}
