namespace QueueInference.Api.Webhooks;

/// <summary>How terminal events are posted to the URL a job named.</summary>
internal sealed class WebhookOptions
{
    public const string SectionName = "Webhooks";

    public static readonly TimeSpan[] DefaultSchedule =
    [
        TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromHours(24),
    ];

    /// <summary>The signing secret: <c>whsec_</c> and base64 of 24 to 64 bytes. Several, separated by spaces, sign side by side during a rotation.</summary>
    /// <value>The default is none: jobs that name a webhook are refused, since nothing is ever posted unsigned.</value>
    public string? Secret { get; set; }

    /// <summary>Hosts, or host:port, that may be reached by plain http.</summary>
    /// <value>The default is empty: https only.</value>
    public string[] AllowedHttpHosts { get; set; } = [];

    /// <summary>Where decisions about the versions of models are posted, signed like the events of jobs.</summary>
    /// <value>The default is none.</value>
    public string? OperatorUrl { get; set; }

    /// <summary>The limit on one delivery attempt, from connecting to the last byte read.</summary>
    /// <value>The default is 15 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The wait before each delivery attempt; its length is the number of attempts.</summary>
    /// <value>The default is 0, 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h, 24 h.</value>
    /// <remarks>Null stands for the default: the configuration binder appends to an array that is already there.</remarks>
    public TimeSpan[]? Schedule { get; set; }

    /// <summary>The share by which a wait is lengthened or shortened at random.</summary>
    /// <value>The default is 0.2.</value>
    public double Jitter { get; set; } = 0.2;

    /// <summary>Delivery attempts in flight at once.</summary>
    /// <value>The default is 16.</value>
    public int Concurrency { get; set; } = 16;
}
