using System.Text;
using System.Text.Json;
using QueueInference.Api.Problems;

namespace QueueInference.Tests.Api.Requests;

internal static class RefusalText
{
    /// <summary>All that a client would see of a refusal.</summary>
    public static string Of(Problem problem)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            ProblemWriter.Write(json, problem);
        }

        return Encoding.UTF8.GetString(body.ToArray());
    }
}
