using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace QueueInference.Core.Jobs;

/// <summary>The names of the keys in Redis. Everything of one partition shares a hash tag, and so one slot of a cluster.</summary>
internal static class JobKeys
{
    private static readonly byte[][] Jobs = Prefixes("job"), Kept = Prefixes("in"), Results = Prefixes("res");

    /// <summary>Due times of all unfinished jobs.</summary>
    public static RedisKey Open(string partition) => $"qi:{{{partition}}}:open";
    /// <summary>Jobs that are written, but of which the broker has confirmed nothing yet.</summary>
    public static RedisKey Unconfirmed(string partition) => $"qi:{{{partition}}}:unconfirmed";
    /// <summary>Jobs of a model that wait, by creation time.</summary>
    public static RedisKey Queued(string partition, string model) => $"qi:{{{partition}}}:queued:{model}";
    /// <summary>Webhook deliveries by due time.</summary>
    public static RedisKey Outbox(string partition) => $"qi:{{{partition}}}:outbox";
    /// <summary>Payloads by when they are deleted: uploads that no job has taken, inputs of jobs that have ended, results.</summary>
    public static RedisKey Payloads(string partition) => $"qi:{{{partition}}}:payloads";
    /// <summary>A payload's bytes, where Redis keeps them.</summary>
    public static RedisKey Payload(string partition, string name) => $"qi:{{{partition}}}:pay:{name}";
    /// <summary>A tenant's jobs by creation time.</summary>
    public static RedisKey List(string partition, string tenant) => $"qi:{{{partition}}}:list:{tenant}";
    /// <summary>A job's record.</summary>
    public static RedisKey Job(JobId id) => Join(Jobs, id);
    /// <summary>A job's kept inputs.</summary>
    public static RedisKey Inputs(JobId id) => Join(Kept, id);
    /// <summary>A job's result.</summary>
    public static RedisKey Result(JobId id) => Join(Results, id);
    /// <summary>A webhook delivery: its body, fixed at the first attempt, and the attempts made.</summary>
    public static RedisKey Delivery(JobId id) => $"qi:{{{id.Partition}}}:hook:{id.Text}";
    /// <summary>Dead letters, by when each was kept. They are of no partition: a message that cannot be read names none.</summary>
    public static RedisKey DeadLetters() => "qi:{dead}:index";
    /// <summary>A dead letter, with its body.</summary>
    public static RedisKey DeadLetter(string id) => $"qi:{{dead}}:letter:{id}";
    /// <summary>What the dead letters take, and how many the broker had last.</summary>
    public static RedisKey DeadLetterState() => "qi:{dead}:state";
    /// <summary>Pub/sub channel that names finished jobs.</summary>
    public static string Wake(string partition) => $"qi:{{{partition}}}:done";
    /// <summary>An idempotency key, in a slot of its own; the caller's text is hashed, so it may hold anything.</summary>
    public static RedisKey Idempotency(string tenant, string key) =>
        $"qi:idem:{tenant}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";

    /// <summary>What was decided about the versions of a model. In the slot of all rollouts, so that a decision and its event are written together.</summary>
    public static RedisKey RolloutEvents(string model) => $"qi:{{rollouts}}:events:{model}";

    /// <summary>What was measured of a candidate in the stage that began at a time.</summary>
    public static RedisKey RolloutNumbers(string model, string since) => $"qi:{{rollouts}}:numbers:{model}:{since}";

    /// <summary>Distributions of a version's inputs and outputs: the edges of their bins, and counts in its first hours, in an hour, on a day.</summary>
    public static RedisKey Drift(string version, string files, string window) => $"qi:drift:{version}:{files}:{window}";

    // Several of these for each job: a prefix that is made once saves the text.
    private static RedisKey Join(byte[][] prefixes, JobId id) => ((RedisKey)id.Text).Prepend(prefixes[id.PartitionNumber]);

    private static byte[][] Prefixes(string kind) => [.. Enumerable.Range(0, 100).Select(number => Encoding.ASCII.GetBytes($"qi:{{p{number:00}}}:{kind}:"))];
}

/// <summary>Pub/sub channels that others listen to.</summary>
public static class JobChannels
{
    /// <summary>Names finished jobs of a partition, separated by blanks.</summary>
    public static string Wake(string partition) => JobKeys.Wake(partition);
}
