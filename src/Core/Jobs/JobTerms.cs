using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using QueueInference.Contracts;
using StackExchange.Redis;

namespace QueueInference.Core.Jobs;

/// <summary>The fields of a record that say what was fixed at submission: short texts, which the scripts read too (<c>prelude.lua</c>).</summary>
internal static class JobTerms
{
    private const string NoStates = "-";
    private static readonly MoreTerms None = new(null, JobPriority.Normal, null, null, null);

    /// <summary>Tenant, creation, terms, deadline and the rest, in the order in which <c>reserve</c> and <c>claim</c> take them.</summary>
    public static RedisValue[] All(JobSpec spec, bool kept) => [spec.Tenant, spec.CreatedAt, Terms(spec, kept), Deadline(spec), More(spec)];

    /// <summary>Seconds of the result, attempts, states its webhook wants, and whether the store keeps inputs: alike for many jobs.</summary>
    private static RedisValue Terms(JobSpec spec, bool kept) => string.Create(CultureInfo.InvariantCulture,
        $"{spec.ResultTtlSeconds} {spec.MaxAttempts} {WantedStates(spec.Webhook)} {(kept ? 1 : 0)}");

    /// <summary>In Unix ms; empty where there is none.</summary>
    private static RedisValue Deadline(JobSpec spec) => spec.Deadline is { } deadline ? deadline : RedisValue.EmptyString;

    /// <summary>What the other fields do not say, as JSON; empty where that is nothing.</summary>
    private static RedisValue More(JobSpec spec) =>
        spec is { Version: null, Priority: JobPriority.Normal, Outputs: null, Webhook: null, Metadata: null }
            ? RedisValue.EmptyString
            : JsonSerializer.SerializeToUtf8Bytes(new MoreTerms(spec.Version, spec.Priority, spec.Outputs, spec.Webhook, spec.Metadata), TermsJson.Default.MoreTerms);

    /// <summary>The specification that these fields were written from; null where they are gone.</summary>
    public static JobSpec? Read(RedisValue model, RedisValue tenant, RedisValue created, RedisValue deadline, RedisValue terms, RedisValue more)
    {
        if (terms.IsNull)
        {
            return null;
        }

        var rest = more.IsNullOrEmpty ? None : JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)more).Span, TermsJson.Default.MoreTerms)!;
        var numbers = new ShortFields(terms);
        return new JobSpec
        {
            Model = model!, Tenant = tenant!, CreatedAt = (long)created, Deadline = deadline.IsNull ? null : (long)deadline,
            ResultTtlSeconds = (int)numbers.Long(), MaxAttempts = (int)numbers.Long(),
            Version = rest.Version, Priority = rest.Priority, Outputs = rest.Outputs, Webhook = rest.Webhook, Metadata = rest.Metadata,
        };
    }

    /// <summary>The first letters of the states.</summary>
    private static string WantedStates(WebhookTarget? webhook) => webhook switch
    {
        null => NoStates,
        { Events: null } => "sfce",
        { Events: [] } => NoStates,
        { Events: var events } => string.Concat(events.Select(type => type["job.".Length])),
    };
}

/// <summary>The field <c>more</c>: each is as in <see cref="JobSpec"/>.</summary>
internal sealed record MoreTerms(
    int? Version, JobPriority Priority, IReadOnlyList<string>? Outputs, WebhookTarget? Webhook, IReadOnlyDictionary<string, string>? Metadata);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MoreTerms))]
internal sealed partial class TermsJson : JsonSerializerContext;
