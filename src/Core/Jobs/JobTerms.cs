using System.Globalization;
using System.Text.Json;
using QueueInference.Contracts;
using StackExchange.Redis;

namespace QueueInference.Core.Jobs;

/// <summary>The fields of a record that say what was fixed at submission: short texts, which the scripts read too (<c>prelude.lua</c>).</summary>
internal static class JobTerms
{
    private const string NoStates = "-";

    /// <summary>Tenant, creation, terms, deadline and the rest, in the order in which <c>reserve</c> and <c>claim</c> take them.</summary>
    public static RedisValue[] All(JobSpec spec, bool kept) => [spec.Tenant, spec.CreatedAt, Terms(spec, kept), Deadline(spec), More(spec)];

    /// <summary>Seconds of the result, attempts, states its webhook wants, and whether the store keeps inputs: alike for many jobs.</summary>
    private static RedisValue Terms(JobSpec spec, bool kept) => string.Create(CultureInfo.InvariantCulture,
        $"{spec.ResultTtlSeconds} {spec.MaxAttempts} {WantedStates(spec.Webhook)} {(kept ? 1 : 0)}");

    /// <summary>In Unix ms; empty where there is none.</summary>
    private static RedisValue Deadline(JobSpec spec) => spec.Deadline is { } deadline ? deadline : RedisValue.EmptyString;

    /// <summary>The whole specification as JSON where the other fields do not say it all; else empty.</summary>
    private static RedisValue More(JobSpec spec) =>
        spec is { Version: null, Priority: JobPriority.Normal, Outputs: null, Webhook: null, Metadata: null }
            ? RedisValue.EmptyString
            : JsonSerializer.SerializeToUtf8Bytes(spec, JobJson.Default.JobSpec);

    /// <summary>The specification that these fields were written from; null where they are gone.</summary>
    public static JobSpec? Read(RedisValue model, RedisValue tenant, RedisValue created, RedisValue deadline, RedisValue terms, RedisValue more)
    {
        if (terms.IsNull)
        {
            return null;
        }

        if (!more.IsNullOrEmpty)
        {
            return JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)more).Span, JobJson.Default.JobSpec);
        }

        var numbers = new ShortFields(terms);
        return new JobSpec
        {
            Model = model!, Tenant = tenant!, CreatedAt = (long)created, Deadline = deadline.IsNull ? null : (long)deadline,
            ResultTtlSeconds = (int)numbers.Long(), MaxAttempts = (int)numbers.Long(),
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
