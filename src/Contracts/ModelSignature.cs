namespace QueueInference.Contracts;

/// <summary>One declared input or output of a model.</summary>
/// <param name="Name">The model's name for it.</param>
/// <param name="Datatype">The element type.</param>
/// <param name="Shape">Dimensions, outermost first; -1 where the model leaves one open.</param>
/// <param name="Symbols">The model's names of the open dimensions, parallel to <paramref name="Shape"/>; empty where it has none.</param>
/// <param name="Optional">Whether a job may leave it out.</param>
public sealed record TensorSpec(string Name, TensorDatatype Datatype, long[] Shape, string[] Symbols, bool Optional = false);

/// <summary>A model version's declared inputs and outputs.</summary>
public sealed record ModelSignature(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)
{
    /// <summary>Whether rows of different jobs can share a batch: every input that is not optional, and every output, has an open first dimension.</summary>
    public bool Batchable => HaveRows(Inputs, out var required) && required > 0 && HaveRows(Outputs, out _);

    // Asked for each job, so without the garbage of a query.
    private static bool HaveRows(IReadOnlyList<TensorSpec> tensors, out int required)
    {
        required = 0;
        for (var i = 0; i < tensors.Count; i++)
        {
            if (!tensors[i].Optional)
            {
                required++;
                if (tensors[i].Shape is not [-1, ..])
                {
                    return false;
                }
            }
        }

        return true;
    }
}
