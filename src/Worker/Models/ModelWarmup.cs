using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>Makes the inputs of the first run, which finds kernels and memory before a job has to wait for them.</summary>
internal static class ModelWarmup
{
    // Two, so that a model which gives one row for the whole batch shows itself before it meets two jobs.
    private const int BatchRows = 2;

    /// <summary>Rows the warm-up runs: 2 where jobs will share a batch, else 1.</summary>
    public static int Rows(ModelSignature signature) => signature.Batchable ? BatchRows : 1;

    /// <summary>Zeros and empty strings for each required input; open dimensions are 1, but for the rows.</summary>
    public static Tensor[] Inputs(ModelSignature signature) =>
        [.. signature.Inputs.Where(input => !input.Optional).Select(input => Zeros(input, Rows(signature)))];

    /// <summary>Whether every output has as many rows as went in.</summary>
    public static bool KeepsRows(ModelSignature signature, IReadOnlyList<Tensor> outputs) =>
        outputs.All(output => output.Shape is [var rows, ..] && rows == Rows(signature));

    private static Tensor Zeros(TensorSpec input, int rows)
    {
        var shape = input.Shape.Select((dimension, axis) => dimension >= 0 ? dimension : axis == 0 ? rows : 1).ToArray();
        var tensor = new Tensor(input.Name, input.Datatype, shape, default);
        // Four zero bytes are the length of an empty string.
        var size = input.Datatype == TensorDatatype.Bytes ? sizeof(uint) : input.Datatype.ElementSize();
        return tensor with { Data = new byte[checked(tensor.ElementCount * size)] };
    }
}
