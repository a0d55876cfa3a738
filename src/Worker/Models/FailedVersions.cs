namespace QueueInference.Worker.Models;

/// <summary>Versions that could not be served, and when each is tried again: what was wrong may have been the machine.</summary>
internal sealed class FailedVersions(TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1), LongestPause = TimeSpan.FromHours(1);
    private readonly Dictionary<string, Failure> _all = [];

    /// <summary>Those that are not to be tried now.</summary>
    public IReadOnlyCollection<FoundVersion> Refused => [.. _all.Values.Where(failure => failure.Again > time.GetUtcNow()).Select(failure => failure.Version)];

    /// <summary>Why, by <c>model/version</c>.</summary>
    public IReadOnlyDictionary<string, string> Reasons =>
        _all.Values.GroupBy(failure => $"{failure.Version.Model}/{failure.Version.Version}").ToDictionary(group => group.Key, group => group.Last().Reason);

    /// <summary>It has failed, perhaps again: each time it waits twice as long.</summary>
    public void Add(FoundVersion version, string reason)
    {
        var pause = _all.TryGetValue(version.Key, out var before) ? before.Pause * 2 : FirstPause;
        pause = pause < LongestPause ? pause : LongestPause;
        _all[version.Key] = new Failure(version, reason, pause, time.GetUtcNow() + pause);
    }

    /// <summary>It was rejected, and is not tried again until that is taken back.</summary>
    public void Reject(FoundVersion version, string reason) => _all[version.Key] = new Failure(version, reason, LongestPause, DateTimeOffset.MaxValue);

    /// <summary>What was rejected and is no longer may be tried.</summary>
    public void Forgive(Predicate<FoundVersion> isRejected)
    {
        foreach (var (key, failure) in _all.Where(pair => pair.Value.Again == DateTimeOffset.MaxValue && !isRejected(pair.Value.Version)).ToList())
        {
            _all.Remove(key);
        }
    }

    /// <summary>It is served.</summary>
    public void Remove(FoundVersion version) => _all.Remove(version.Key);

    /// <summary>What is not there any more has not failed.</summary>
    /// <param name="there">The keys of what is there.</param>
    public void Keep(IReadOnlySet<string> there)
    {
        foreach (var key in _all.Keys.Where(key => !there.Contains(key)).ToList())
        {
            _all.Remove(key);
        }
    }

    private sealed record Failure(FoundVersion Version, string Reason, TimeSpan Pause, DateTimeOffset Again);
}
