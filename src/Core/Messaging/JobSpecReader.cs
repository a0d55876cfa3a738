using System.Text.Json;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;

namespace QueueInference.Core.Messaging;

/// <summary>Reads the specification of an ordinary job, which has no objects in it, without a serializer's garbage; else the serializer reads it.</summary>
internal static class JobSpecReader
{
    // Names come again and again in the messages of one queue.
    [ThreadStatic]
    private static string? t_model, t_tenant;

    [ThreadStatic]
    private static List<string>? t_outputs;

    /// <summary>Reads the JSON.</summary>
    /// <exception cref="JsonException">It is not what <see cref="JobJson"/> writes.</exception>
    public static JobSpec? Read(ReadOnlySpan<byte> json) => ReadPlain(json) ?? JsonSerializer.Deserialize(json, JobJson.Default.JobSpec);

    /// <summary>Null where there is anything that is not expected.</summary>
    private static JobSpec? ReadPlain(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var (version, priority, created, deadline, ttl, attempts) = ((int?)null, JobPriority.Normal, (long?)null, (long?)null, (int?)null, (int?)null);
        string? model = null, tenant = null;
        List<string>? outputs = null;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                return null;
            }

            switch (name)
            {
                case var _ when name.SequenceEqual("model"u8): model = Text(ref reader, ref t_model); break;
                case var _ when name.SequenceEqual("tenant"u8): tenant = Text(ref reader, ref t_tenant); break;
                case var _ when name.SequenceEqual("version"u8): version = reader.GetInt32(); break;
                case var _ when name.SequenceEqual("created_at"u8): created = reader.GetInt64(); break;
                case var _ when name.SequenceEqual("deadline"u8): deadline = reader.GetInt64(); break;
                case var _ when name.SequenceEqual("result_ttl_seconds"u8): ttl = reader.GetInt32(); break;
                case var _ when name.SequenceEqual("max_attempts"u8): attempts = reader.GetInt32(); break;
                case var _ when name.SequenceEqual("outputs"u8): outputs = Outputs(ref reader); break;
                case var _ when name.SequenceEqual("priority"u8) && Priority(ref reader) is { } known: priority = known; break;
                default: return null;
            }
        }

        return model is null || tenant is null || created is null || ttl is null || attempts is null ? null : new JobSpec
        {
            Model = model, Version = version, Priority = priority, Tenant = tenant, CreatedAt = created.Value, Deadline = deadline,
            ResultTtlSeconds = ttl.Value, MaxAttempts = attempts.Value, Outputs = outputs,
        };
    }

    private static string? Text(ref Utf8JsonReader reader, ref string? last) =>
        last is not null && reader.ValueTextEquals(last) ? last : last = reader.GetString();

    private static List<string> Outputs(ref Utf8JsonReader reader)
    {
        var copy = reader;
        if (IsLast(ref copy))
        {
            reader = copy;
            return t_outputs!;
        }

        t_outputs = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            t_outputs.Add(reader.GetString()!);
        }

        return t_outputs;
    }

    private static bool IsLast(ref Utf8JsonReader reader)
    {
        var at = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.String && at < t_outputs?.Count && reader.ValueTextEquals(t_outputs[at]))
        {
            at++;
        }

        return reader.TokenType == JsonTokenType.EndArray && at == t_outputs?.Count;
    }

    private static JobPriority? Priority(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("Normal"u8) ? JobPriority.Normal
        : reader.ValueTextEquals("High"u8) ? JobPriority.High
        : reader.ValueTextEquals("Low"u8) ? JobPriority.Low
        : null;
}
