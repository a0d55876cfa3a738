using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace QueueInference.Core.Store;

/// <summary>Whether what is promised must be on replicas of the store first. Section <c>Redis</c>; Api and Worker must agree on every value.</summary>
public sealed class ReplicaOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Redis";

    /// <summary>How many replicas must have a write before anybody is told of it, or anything is done that rests on it.</summary>
    /// <value>The default is 0: the primary alone.</value>
    [Range(0, 5)]
    public int WaitForReplicas { get; set; }

    /// <summary>How long they may take. After that the caller is told that the store does not answer.</summary>
    /// <value>The default is 500 milliseconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:00.900")]
    public TimeSpan WaitTimeout { get; set; } = TimeSpan.FromMilliseconds(500);
}

[OptionsValidator]
internal sealed partial class ReplicaOptionsAttributes : IValidateOptions<ReplicaOptions>;
