using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace QueueInference.Core.Jobs;

/// <summary>How jobs live and die. Section <c>Jobs</c>; Api and Worker must agree on every value.</summary>
public sealed class JobOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Jobs";

    /// <summary>Whether the store keeps inputs, so that a job can be published again when the broker lost it.</summary>
    /// <value>The default is <c>Never</c>: inputs ride in the durable message. Standalone keeps them, because its bus forgets.</value>
    public KeepInputs KeepInputs { get; set; } = KeepInputs.Never;

    /// <summary>How long a claim lasts without being renewed.</summary>
    /// <value>The default is 30 seconds. It is renewed three times in that span.</value>
    [Range(typeof(TimeSpan), "00:00:03", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after its lease a running job is looked at: longer than any redelivery takes.</summary>
    /// <value>The default is 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LeaseGrace { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a claimed job may wait for its batch before it is given back.</summary>
    /// <value>The default is 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:05", "00:25:00")]
    public TimeSpan MaxClaimWait { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the broker may take to confirm a job before it fails as <c>enqueue-failed</c>.</summary>
    /// <value>The default is 60 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:06", "01:00:00")]
    public TimeSpan ConfirmWindow { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a job may wait in the queue before it expires.</summary>
    /// <value>The default is 24 hours.</value>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan MaxQueueAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long the record of a finished job stays, so that a late copy cannot resurrect it. At least <see cref="MaxQueueAge"/>.</summary>
    /// <value>The default is 25 hours.</value>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan Tombstone { get; set; } = TimeSpan.FromHours(25);

    /// <summary>How long a result is kept when the job does not say.</summary>
    /// <value>The default is 1 hour.</value>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan ResultTtl { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Most jobs that may wait for one model; more are refused with <c>queue-full</c>.</summary>
    /// <value>The default is 100,000.</value>
    [Range(1, 100_000_000)]
    public int MaxQueuedPerModel { get; set; } = 100_000;

    /// <summary>Into how many parts the store is cut, each in one slot of a Redis Cluster.</summary>
    /// <value>The default is 1: right for one Redis. With a Redis Cluster, 64. It may be raised at any time.</value>
    [Range(1, 100)]
    public int Partitions { get; set; } = 1;

    /// <summary>Most unfinished jobs of the caller; more are refused with <c>too-many-jobs</c>.</summary>
    /// <value>The default is 1,000,000. While there is one key there is one caller, so this bounds them all.</value>
    [Range(1, 100_000_000)]
    public int MaxOpen { get; set; } = 1_000_000;
}

/// <summary>When the store keeps a job's inputs.</summary>
public enum KeepInputs
{
    /// <summary>Never: they ride in the broker message alone.</summary>
    Never,
    /// <summary>Until the job is finished.</summary>
    UntilFinished,
}

[OptionsValidator]
internal sealed partial class JobOptionsAttributes : IValidateOptions<JobOptions>;

internal sealed class JobOptionsValidator : IValidateOptions<JobOptions>
{
    /// <summary>Jobs that come to one partition before the next one's turn.</summary>
    private const int LeastShare = 64;

    public ValidateOptionsResult Validate(string? name, JobOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Faults(JobOptions options)
    {
        if (options.Tombstone < options.MaxQueueAge)
        {
            yield return "Jobs:Tombstone must be at least Jobs:MaxQueueAge, or a late copy brings a finished job back.";
        }

        if (options.Partitions > 1 && Math.Min(options.MaxQueuedPerModel, options.MaxOpen) < LeastShare * options.Partitions)
        {
            yield return $"Jobs:MaxQueuedPerModel and Jobs:MaxOpen must be at least {LeastShare} times Jobs:Partitions, since each partition has its share.";
        }
    }
}
