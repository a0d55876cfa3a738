using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace QueueInference.Core.Payloads;

/// <summary>Where large tensors lie. Section <c>Payloads</c>; Api and Worker must agree on every value.</summary>
public sealed class PayloadOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Payloads";

    /// <summary>Where payloads are kept.</summary>
    /// <value>The default is <c>Redis</c>, that of the jobs. Standalone has <c>Folder</c>.</value>
    public PayloadStoreKind Store { get; set; } = PayloadStoreKind.Redis;

    /// <summary>Most bytes of inputs that ride in the broker message, and of outputs that lie beside the record.</summary>
    /// <value>The default is 1 MiB.</value>
    [Range(1024, 8 << 20)]
    public int InlineMaxBytes { get; set; } = 1 << 20;

    /// <summary>Most bytes of inputs of one job.</summary>
    /// <value>The default is 256 MiB.</value>
    [Range(1024, 1 << 30)]
    public int MaxBytes { get; set; } = 256 << 20;

    /// <summary>How long the transfer of one payload may take: a client's upload, a worker's read or write.</summary>
    /// <value>The default is 10 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:20:00")]
    public TimeSpan TransferTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Bytes of payloads that one worker holds at a time; further jobs wait for their turn. A larger payload is held alone.</summary>
    /// <value>The default is 512 MiB.</value>
    [Range(1024L, 1L << 40)]
    public long WorkerMemoryBytes { get; set; } = 512 << 20;

    /// <summary>A folder that all processes share, for <c>Folder</c>. Nothing else may lie in it.</summary>
    /// <value>None by default. Standalone takes <c>payloads</c> in its data folder.</value>
    public string? Folder { get; set; }

    /// <summary>The bucket, for <c>S3</c>. Credentials come from where the AWS SDK looks for them: environment, profile, role of the machine.</summary>
    /// <value>None by default.</value>
    public string? S3Bucket { get; set; }

    /// <summary>What stands before the keys of the objects.</summary>
    /// <value>The default is <c>payloads/</c>.</value>
    [Required]
    public string S3Prefix { get; set; } = "payloads/";

    /// <summary>Where S3 is, for a server other than Amazon's; addressed as <c>host/bucket</c>.</summary>
    /// <value>None by default: Amazon's, in the region that the AWS SDK finds.</value>
    [Url]
    public string? S3ServiceUrl { get; set; }
}

/// <summary>Where payloads are kept.</summary>
public enum PayloadStoreKind
{
    /// <summary>In the Redis of the jobs, over a connection of its own.</summary>
    Redis,
    /// <summary>In files of a shared folder.</summary>
    Folder,
    /// <summary>In a bucket of Amazon S3, or of a server that speaks its protocol.</summary>
    S3,
}

[OptionsValidator]
internal sealed partial class PayloadOptionsAttributes : IValidateOptions<PayloadOptions>;

internal sealed class PayloadOptionsValidator : IValidateOptions<PayloadOptions>
{
    public ValidateOptionsResult Validate(string? name, PayloadOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Faults(PayloadOptions options)
    {
        if (options.MaxBytes < options.InlineMaxBytes)
        {
            yield return "Payloads:MaxBytes must be at least Payloads:InlineMaxBytes.";
        }

        if (options.Store == PayloadStoreKind.Folder && !Directory.Exists(options.Folder))
        {
            yield return "Payloads:Folder must name an existing folder that every Api and Worker shares, since Payloads:Store is Folder.";
        }

        if (options.Store == PayloadStoreKind.S3 && string.IsNullOrWhiteSpace(options.S3Bucket))
        {
            yield return "Payloads:S3Bucket must name a bucket, since Payloads:Store is S3.";
        }
    }
}
