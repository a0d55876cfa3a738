namespace QueueInference.Worker.Models;

/// <summary>How a new version of a model is compared with the one that serves, and when it takes its place.</summary>
internal sealed class RolloutSettings
{
    /// <summary>How many jobs both versions must have run before the next step, 1 to 1000000.</summary>
    /// <value>The default is 200.</value>
    public int ShadowJobs { get; set; } = 200;

    /// <summary>Shares of the jobs, in percent, that the candidate gets one after the other before it gets all.</summary>
    /// <value>The default is 5, 25, 50. An empty list goes from shadow to all at once.</value>
    public int[] CanaryPercents { get; set; } = [5, 25, 50];

    /// <summary>How long each share lasts at least, in seconds.</summary>
    /// <value>The default is 300.</value>
    public int CanarySeconds { get; set; } = 300;

    /// <summary>Least share of the rows of which both versions must say the same.</summary>
    /// <value>The default is 0.95.</value>
    public double MinAgreement { get; set; } = 0.95;

    /// <summary>Largest share of the jobs that only the candidate may fail.</summary>
    /// <value>The default is 0.01.</value>
    public double MaxErrorRate { get; set; } = 0.01;

    /// <summary>Most time of the candidate over that of the other version, for the same inputs.</summary>
    /// <value>The default is 1.5.</value>
    public double MaxLatencyRatio { get; set; } = 1.5;

    /// <summary>How far the distribution of an output may be from that of the other version on the day before, as a population stability index.</summary>
    /// <value>The default is 0.25.</value>
    public double MaxDrift { get; set; } = 0.25;

    /// <summary>How far numbers may be apart that say the same, in proportion to the larger one, where an output is not a row of scores.</summary>
    /// <value>The default is 0.05.</value>
    public double Tolerance { get; set; } = 0.05;
}
