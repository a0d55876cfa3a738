using System.Globalization;
using System.Text.Json;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;

namespace QueueInference.Worker.Models.Checking;

/// <summary>What a check learned of a model that loads and runs.</summary>
/// <param name="Signature">What it declares; null where the check does not say.</param>
/// <param name="Bytes">The memory that loading and running it took.</param>
internal sealed record CheckedModel(ModelSignature? Signature, long Bytes)
{
    /// <summary>How an answer begins that finds nothing wrong.</summary>
    public const string Good = "good";

    /// <summary>Reads an answer; null where it says what is wrong.</summary>
    public static CheckedModel? Parse(string answer) => answer.Split(' ', 3) switch
    {
        [Good] => new(null, 0),
        [Good, var bytes, var signature] => new(JsonSerializer.Deserialize(signature, JobJson.Default.ModelSignature), long.Parse(bytes, CultureInfo.InvariantCulture)),
        _ => null,
    };

    /// <summary>On one line.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Good} {Bytes} {JsonSerializer.Serialize(Signature, JobJson.Default.ModelSignature!)}");
}
