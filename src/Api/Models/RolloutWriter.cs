using System.Globalization;
using System.Text.Json;
using QueueInference.Core.Rollouts;

namespace QueueInference.Api.Models;

/// <summary>Writes how a rollout stands, and what was decided.</summary>
internal static class RolloutWriter
{
    /// <summary>Null where the model has none.</summary>
    public static void Write(Utf8JsonWriter json, RolloutState? state, RolloutNumbers? numbers)
    {
        if (state is null)
        {
            json.WriteNull("rollout");
            return;
        }

        json.WriteStartObject("rollout");
        json.WriteString("stage", state.Stage.ToString().ToLowerInvariant());
        json.WriteString("version", Text(state.Version));
        WriteVersion(json, "candidate", state.Candidate);
        json.WriteNumber("percent", state.Percent);
        json.WriteNumber("since", state.Since);
        json.WriteString("reason", state.Reason);
        Write(json, numbers);
        json.WriteEndObject();
    }

    /// <summary>One decision.</summary>
    public static void Write(Utf8JsonWriter json, RolloutEvent @event)
    {
        json.WriteStartObject();
        json.WriteNumber("at", @event.At);
        json.WriteString("event", @event.Event);
        json.WriteString("version", Text(@event.Version));
        WriteVersion(json, "base", @event.Base);
        json.WriteNumber("percent", @event.Percent);
        json.WriteString("reason", @event.Reason);
        Write(json, @event.Numbers);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RolloutNumbers? numbers)
    {
        if (numbers is null)
        {
            json.WriteNull("numbers");
            return;
        }

        json.WriteStartObject("numbers");
        json.WriteNumber("jobs", numbers.Jobs);
        json.WriteNumber("errors", numbers.Errors);
        json.WriteNumber("rows", numbers.Rows);
        WriteKnown(json, "agreement", numbers.Agreement);
        WriteKnown(json, "latency_ratio", numbers.LatencyRatio);
        WriteKnown(json, "drift", numbers.Drift);
        json.WriteNumber("live_jobs", numbers.LiveCandidate);
        json.WriteNumber("live_failed", numbers.LiveCandidateFailed);
        json.WriteStartArray("outputs");
        foreach (var output in numbers.Outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", output.Name);
            json.WriteNumber("max_difference", output.MaxDifference);
            json.WriteNumber("mean_difference", output.MeanDifference);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteVersion(Utf8JsonWriter json, string name, int? version) => json.WriteString(name, version is { } number ? Text(number) : null);

    private static void WriteKnown(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, Math.Round(known, 4));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);
}
