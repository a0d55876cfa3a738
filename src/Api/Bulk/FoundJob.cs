using System.Text.Json;
using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;

namespace QueueInference.Api.Bulk;

/// <summary>A job that a bulk read found, or why it did not.</summary>
/// <param name="Index">Its place in the list of ids.</param>
/// <param name="Job">The job.</param>
/// <param name="Outputs">Its result, where it has one.</param>
/// <param name="Problem">Why there is no job.</param>
internal sealed record FoundJob(int Index, JobRecord? Job, Tensor[]? Outputs, Problem? Problem)
{
    /// <summary>Whether it will not change any more.</summary>
    public bool IsFinal => Problem is not null || Job!.State.IsTerminal();

    /// <summary>Bytes of the result.</summary>
    public long Size => Outputs?.Sum(output => (long)output.Data.Length) ?? 0;

    /// <summary>Writes the object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("index", Index);
        json.WritePropertyName(Problem is null ? "job" : "error");
        if (Problem is null)
        {
            JobJsonWriter.Write(json, Job!, Outputs);
        }
        else
        {
            ProblemWriter.Write(json, Problem);
        }

        json.WriteEndObject();
    }
}
