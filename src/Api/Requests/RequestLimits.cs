namespace QueueInference.Api.Requests;

/// <summary>How much one request may ask for.</summary>
internal sealed record RequestLimits
{
    /// <summary>The defaults.</summary>
    public static RequestLimits Default { get; } = new();

    /// <summary>Nesting of the JSON.</summary>
    /// <value>The default is 32.</value>
    public int MaxJsonDepth { get; init; } = 32;

    /// <summary>Inputs of a job.</summary>
    /// <value>The default is 64.</value>
    public int MaxInputs { get; init; } = 64;

    /// <summary>Requested outputs of a job.</summary>
    /// <value>The default is 64.</value>
    public int MaxOutputs { get; init; } = 64;

    /// <summary>Dimensions of a shape.</summary>
    /// <value>The default is 8.</value>
    public int MaxRank { get; init; } = 8;

    /// <summary>Bytes of all inputs together, as a worker will hold them.</summary>
    /// <value>The default is 8 MiB.</value>
    public int MaxInputBytes { get; init; } = 8 << 20;

    /// <summary>UTF-8 bytes of one string element.</summary>
    /// <value>The default is 64 KiB.</value>
    public int MaxStringElementBytes { get; init; } = 64 << 10;

    /// <summary>Labels of a job.</summary>
    /// <value>The default is 16.</value>
    public int MaxMetadataEntries { get; init; } = 16;

    /// <summary>Characters of a label's name, and of its value.</summary>
    /// <value>The default is 256.</value>
    public int MaxMetadataLength { get; init; } = 256;

    /// <summary>How far ahead a deadline may lie.</summary>
    /// <value>The default is 7 days.</value>
    public TimeSpan MaxDeadline { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a result may be kept.</summary>
    /// <value>The default is 7 days.</value>
    public TimeSpan MaxResultTtl { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Characters of a webhook's URL.</summary>
    /// <value>The default is 2048.</value>
    public int MaxWebhookUrlLength { get; init; } = 2048;
}
