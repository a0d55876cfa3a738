using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace QueueInference.Api.Hosting;

/// <summary>What the Api takes and how long it waits. Section <c>Api</c>.</summary>
public sealed class ApiOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Api";

    /// <summary>What this process does: <c>jobs</c> (HTTP), <c>sweeper</c>, <c>webhooks</c>.</summary>
    /// <value>The default is all three.</value>
    public string[]? Roles { get; set; }

    /// <summary>Largest request body that is held in memory, bytes; in the binary form a larger one is taken piece by piece, up to <c>Payloads:MaxBytes</c>.</summary>
    /// <value>The default is 8 MiB.</value>
    [Range(1024, 1 << 30)]
    public int MaxBodyBytes { get; set; } = 8 << 20;

    /// <summary>Most rows of one job.</summary>
    /// <value>The default is 1,024.</value>
    [Range(1, 1 << 20)]
    public int MaxRows { get; set; } = 1024;

    /// <summary>How long a submission may take, from its arrival to the broker's confirm.</summary>
    /// <value>The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan SubmitTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most single submissions that wait for store and broker at a time; more are refused with <c>overloaded</c>.</summary>
    /// <value>The default is 4,096: what one Api answers in a second or two, so that none of them runs out of <see cref="SubmitTimeout"/>.</value>
    [Range(1, 1 << 20)]
    public int MaxPendingSubmits { get; set; } = 4096;

    /// <summary>Most bytes of bodies of single submissions in memory, and as many again of uploads on their way to the payload store; more are refused with <c>overloaded</c>.</summary>
    /// <value>The default is 256 MiB. While a job is published its data is there three times.</value>
    [Range(1L << 20, 1L << 40)]
    public long MaxPendingBytes { get; set; } = 256 << 20;

    /// <summary>Longest wait a caller may ask for.</summary>
    /// <value>The default is 60 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often stuck jobs are looked for.</summary>
    /// <value>The default is 15 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Most bytes of dead letters that the store keeps; more stay on the broker.</summary>
    /// <value>The default is 64 MiB.</value>
    [Range(0L, 1L << 40)]
    public long MaxDeadLetterBytes { get; set; } = 64 << 20;

    /// <summary>Whether this process has a role.</summary>
    internal bool Has(string role) => Roles is null || Roles.Contains(role);
}

[OptionsValidator]
internal sealed partial class ApiOptionsAttributes : IValidateOptions<ApiOptions>;

internal sealed class ApiOptionsValidator : IValidateOptions<ApiOptions>
{
    private static readonly string[] Known = ["jobs", "sweeper", "webhooks"];

    public ValidateOptionsResult Validate(string? name, ApiOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Faults(ApiOptions options)
    {
        if (options.Roles?.All(Known.Contains) == false)
        {
            yield return "Api:Roles may hold only jobs, sweeper and webhooks.";
        }

        // A body whose length is not told is held twice while the buffer that it has outgrown is copied.
        if (options.MaxPendingBytes < 2L * options.MaxBodyBytes)
        {
            yield return "Api:MaxPendingBytes must be at least twice Api:MaxBodyBytes, or the largest bodies would be refused for ever.";
        }
    }
}
