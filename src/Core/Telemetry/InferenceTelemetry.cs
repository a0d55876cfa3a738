using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace QueueInference.Core.Telemetry;

/// <summary>The names of everything that is measured. They are a contract: dashboards are built on them.</summary>
public static class InferenceTelemetry
{
    /// <summary>The meter and activity source.</summary>
    public const string Name = "QueueInference";

    /// <summary>Spans; the parent travels in the message.</summary>
    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    };

    /// <summary>Submissions by model and outcome (<c>accepted</c>, <c>replayed</c> or the problem's slug).</summary>
    public static readonly Counter<long> Submitted = Meter.CreateCounter<long>("qi.jobs.submitted", "{job}", "Jobs submitted, by model and outcome.");

    /// <summary>Jobs of one broker message, by model: how much of its cost they share.</summary>
    public static readonly Histogram<int> MessageJobs = Meter.CreateHistogram("qi.message.jobs", "{job}", "Jobs of one broker message, by model.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64] });

    /// <summary>Ends written by workers, by model, state and error code.</summary>
    public static readonly Counter<long> Finished = Meter.CreateCounter<long>("qi.jobs.finished", "{job}", "Jobs finished by workers, by model and state.");

    /// <summary>Jobs that a sweep ended or published again, by verdict.</summary>
    public static readonly Counter<long> Swept = Meter.CreateCounter<long>("qi.jobs.swept", "{job}", "Jobs that a sweep ended or published again.");

    /// <summary>Jobs whose lease was another's when they were to be finished.</summary>
    public static readonly Counter<long> Fenced = Meter.CreateCounter<long>("qi.jobs.fenced", "{job}", "Results discarded because the lease was lost.");

    /// <summary>From submission to the end, seconds.</summary>
    public static readonly Histogram<double> JobDuration = Meter.CreateHistogram("qi.job.duration", "s", "From submission to the end of a job.", advice: Seconds);

    /// <summary>Rows per inference.</summary>
    public static readonly Histogram<int> BatchRows = Meter.CreateHistogram("qi.batch.rows", "{row}", "Rows run together.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] });

    /// <summary>Elements along the padded sequence axis, by <c>kind</c>: <c>real</c> or <c>padding</c>. The waste is their sum over the real ones.</summary>
    public static readonly Counter<long> BatchElements =
        Meter.CreateCounter<long>("qi.batch.elements", "{element}", "Elements along the sequence axis, real and padding.");

    /// <summary>Time of one inference, seconds.</summary>
    public static readonly Histogram<double> InferenceDuration = Meter.CreateHistogram("qi.inference.duration", "s", "Time of one inference.", advice: Seconds);

    /// <summary>Webhook delivery attempts by outcome.</summary>
    public static readonly Counter<long> Deliveries = Meter.CreateCounter<long>("qi.webhook.attempts", "{attempt}", "Webhook delivery attempts, by outcome.");

    /// <summary>Waits for replicas of the store by outcome: <c>replicated</c> or <c>missed</c>.</summary>
    public static readonly Counter<long> ReplicaWaits = Meter.CreateCounter<long>("qi.store.replica.waits", "{wait}", "Waits for replicas of the store, by outcome.");

    /// <summary>Publishes a gauge that is 1 for each version in a worker's repository, by <c>state</c>: <c>default</c>, <c>served</c> or <c>failed</c>.</summary>
    public static void ObserveVersions(Func<IEnumerable<Measurement<long>>> versions) =>
        Meter.CreateObservableGauge("qi.model.versions", versions, "{version}", "Versions in the repository of a worker, by model, version and state.");

    /// <summary>Time in which a worker with a memory budget brought a model into memory for a job that waited, seconds, by model.</summary>
    public static readonly Histogram<double> ModelLoads = Meter.CreateHistogram("qi.model.loads", "s", "Time to bring a model into memory for a waiting job.", advice: Seconds);

    /// <summary>Models put out of memory to make room, by model.</summary>
    public static readonly Counter<long> ModelEvictions = Meter.CreateCounter<long>("qi.model.evictions", "{eviction}", "Models put out of memory to make room, by model.");

    /// <summary>Publishes a gauge of the memory that each version in memory takes.</summary>
    public static void ObserveMemory(Func<IEnumerable<Measurement<long>>> sizes) =>
        Meter.CreateObservableGauge("qi.model.memory", sizes, "By", "Memory of the versions that are in memory, by model and version.");

    /// <summary>Publishes a gauge of the population stability index of what was seen lately against a version's first hours, by model, version, <c>direction</c>, <c>kind</c> and name.</summary>
    public static void ObserveDrift(Func<IEnumerable<Measurement<double>>> indices) =>
        Meter.CreateObservableGauge("qi.model.drift", indices, "1", "Population stability index against the first hours of a version.");

    /// <summary>Publishes a gauge of jobs waiting per model.</summary>
    public static void ObserveQueues(Func<IEnumerable<Measurement<long>>> depths) =>
        Meter.CreateObservableGauge("qi.queue.depth", depths, "{job}", "Jobs that wait, by model.");

    /// <summary>Publishes a gauge of dead letters by place: <c>store</c> or <c>broker</c>.</summary>
    public static void ObserveDeadLetters(Func<IEnumerable<Measurement<long>>> counts) =>
        Meter.CreateObservableGauge("qi.dead.letters", counts, "{message}", "Messages that nobody works on any more, by place.");
}
