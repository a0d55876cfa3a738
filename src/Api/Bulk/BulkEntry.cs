using System.Text.Json;
using QueueInference.Api.Problems;
using QueueInference.Api.Submitting;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;

namespace QueueInference.Api.Bulk;

/// <summary>What became of one item of a bulk. Small, because a client may leave thousands of them unread until it has sent everything.</summary>
internal readonly record struct BulkEntry(int Index, JobId? Id, JobState State, bool Replayed, Problem? Problem)
{
    public static BulkEntry Accepted(int index, SubmitOutcome outcome) => new(index, outcome.Id, outcome.State, outcome.Replayed, null);

    public static BulkEntry Refused(int index, Problem problem) => new(index, null, default, false, problem);

    /// <summary>Writes the object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("index", Index);
        if (Problem is not null)
        {
            json.WritePropertyName("error");
            ProblemWriter.Write(json, Problem);
        }
        else
        {
            json.WriteString("id", Id!.Value.Text);
            json.WriteString("state", State.Name());
        }

        if (Replayed)
        {
            json.WriteBoolean("replayed", true);
        }

        json.WriteEndObject();
    }
}
