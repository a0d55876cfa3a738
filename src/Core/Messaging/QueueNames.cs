using QueueInference.Contracts;

namespace QueueInference.Core.Messaging;

/// <summary>Names on the broker. Exchange and queue of a class share theirs.</summary>
public static class QueueNames
{
    /// <summary>Where messages go that the broker gave up on.</summary>
    public const string Dead = "qi.dead";

    /// <summary>Where messages go that this build cannot read.</summary>
    public const string Parked = "qi.parked";

    /// <summary>An exchange that nothing is bound to: a confirmed publish to it proves that the broker takes messages.</summary>
    public const string Probe = "qi.probe";

    /// <summary>What the queues of jobs begin with.</summary>
    public const string RunPrefix = "qi.run.";

    /// <summary>The queue of a model and priority class.</summary>
    public static string Run(string model, JobPriority priority) => $"{RunPrefix}{model}.{Name(priority)}";

    /// <summary>The queue of jobs that name a version: only workers that hold it read it.</summary>
    public static string Run(string model, int version, JobPriority priority) => $"{RunPrefix}{model}:{version}.{Name(priority)}";

    /// <summary>The queue of a job.</summary>
    public static string Of(JobSpec spec) => spec.Version is { } version ? Run(spec.Model, version, spec.Priority) : Run(spec.Model, spec.Priority);

    private static string Name(JobPriority priority) => priority switch
    {
        JobPriority.High => "high",
        JobPriority.Low => "low",
        _ => "normal",
    };
}
