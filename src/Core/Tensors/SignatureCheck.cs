using System.Buffers.Binary;
using QueueInference.Contracts;

namespace QueueInference.Core.Tensors;

/// <summary>Compares a job's inputs with a model's signature. Api asks before a job is queued, Worker before it is run.</summary>
public static class SignatureCheck
{
    /// <summary>The first mismatch, or null when the job fits.</summary>
    /// <param name="signature">What the model declares.</param>
    /// <param name="inputs">The job's inputs, in the client's order.</param>
    /// <param name="outputs">Names of the wanted outputs; null for all.</param>
    /// <param name="maxRows">Most rows one job may bring to a batchable model.</param>
    public static SignatureMismatch? Find(
        ModelSignature signature, IReadOnlyList<Tensor> inputs, IReadOnlyList<string>? outputs, int maxRows) =>
        SignatureFit.IsPlain(signature, inputs, outputs, maxRows) ? null : FindAll(signature, inputs, outputs, maxRows).FirstOrDefault();

    /// <summary>Every mismatch, at most one for each input and requested output; evaluated lazily.</summary>
    public static IEnumerable<SignatureMismatch> FindAll(
        ModelSignature signature, IReadOnlyList<Tensor> inputs, IReadOnlyList<string>? outputs, int maxRows) =>
        Names(signature, inputs).Concat(Outputs(signature, outputs ?? [])).Concat(Tensors(signature, inputs, maxRows));

    /// <summary>Rows the job adds to a batch: the first dimension of a batchable model's inputs, else 1.</summary>
    public static int Rows(ModelSignature signature, IReadOnlyList<Tensor> inputs) =>
        signature.Batchable && First(signature, inputs) is { Shape: [var rows, ..] } ? (int)Math.Min(rows, int.MaxValue) : 1;

    private static Tensor? First(ModelSignature signature, IReadOnlyList<Tensor> inputs)
    {
        for (var i = 0; i < inputs.Count; i++)
        {
            for (var j = 0; j < signature.Inputs.Count; j++)
            {
                if (!signature.Inputs[j].Optional && signature.Inputs[j].Name == inputs[i].Name)
                {
                    return inputs[i];
                }
            }
        }

        return null;
    }

    private static IEnumerable<SignatureMismatch> Names(ModelSignature signature, IReadOnlyList<Tensor> inputs)
    {
        var wanted = signature.Inputs.ToDictionary(input => input.Name, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < inputs.Count; i++)
        {
            if (!wanted.ContainsKey(inputs[i].Name))
            {
                yield return new("input-set-mismatch", $"/inputs/{i}/name", $"The model has no such input; it has {List(signature.Inputs)}.");
            }
            else if (!seen.Add(inputs[i].Name))
            {
                yield return new("input-set-mismatch", $"/inputs/{i}/name", "The input is given twice.");
            }
        }

        foreach (var missing in signature.Inputs.Where(input => !input.Optional && !seen.Contains(input.Name)))
        {
            yield return new("input-set-mismatch", "/inputs", $"The input '{missing.Name}' is missing.");
        }
    }

    private static IEnumerable<SignatureMismatch> Outputs(ModelSignature signature, IReadOnlyList<string> outputs)
    {
        var known = signature.Outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < outputs.Count; i++)
        {
            if (!known.Contains(outputs[i]))
            {
                yield return new("input-set-mismatch", $"/outputs/{i}/name", $"The model has no such output; it has {List(signature.Outputs)}.");
            }
            else if (!seen.Add(outputs[i]))
            {
                yield return new("input-set-mismatch", $"/outputs/{i}/name", "The output is requested twice.");
            }
        }
    }

    private static IEnumerable<SignatureMismatch> Tensors(ModelSignature signature, IReadOnlyList<Tensor> inputs, int maxRows)
    {
        // One job may not bind a named dimension to two sizes; ONNX Runtime would refuse it only when it runs, with its batch.
        var bound = new Dictionary<string, long>(StringComparer.Ordinal);
        long? rows = null;
        for (var i = 0; i < inputs.Count; i++)
        {
            if (signature.Inputs.FirstOrDefault(input => input.Name == inputs[i].Name) is not { } spec)
            {
                continue;
            }

            var mismatch = Datatype(spec, inputs[i], i) ?? Shape(spec, inputs[i], i)
                ?? (signature.Batchable && !spec.Optional ? RowCount(inputs[i], i, ref rows, maxRows) : null)
                ?? Symbols(spec, inputs[i], i, bound) ?? Data(inputs[i], i);
            if (mismatch is not null)
            {
                yield return mismatch;
            }
        }
    }

    private static SignatureMismatch? Datatype(TensorSpec spec, Tensor input, int index) => input.Datatype == spec.Datatype
        ? null
        : new("dtype-mismatch", $"/inputs/{index}/datatype", $"The model wants {spec.Datatype.ProtocolName()}.");

    private static SignatureMismatch? Shape(TensorSpec spec, Tensor input, int index)
    {
        var (given, wanted) = (input.Shape, spec.Shape);
        // A scalar is no short list of dimensions, it is another kind of value.
        var code = given.Length == wanted.Length ? null : given.Length == 0 || wanted.Length == 0 ? "invalid-shape" : "shape-not-supported";
        for (var axis = 0; code is null && axis < wanted.Length; axis++)
        {
            code = Dimension(given[axis], wanted[axis]);
        }

        return code is null ? null : new(code, $"/inputs/{index}/shape", $"The model wants {Written(spec.Shape)}, where -1 is any size.");
    }

    private static string? Dimension(long given, long wanted) =>
        given < 0 ? "invalid-shape"
        : wanted < 0 || given == wanted ? null
        : given == 0 ? "invalid-shape"
        : "shape-not-supported";

    private static SignatureMismatch? RowCount(Tensor input, int index, ref long? rows, int maxRows)
    {
        var own = input.Shape[0];
        rows ??= own;
        var pointer = $"/inputs/{index}/shape";
        return own == 0 ? new("empty-batch", pointer, "The first dimension counts the rows and must be at least 1.")
            : own > maxRows ? new("too-many-items", pointer, $"The model takes at most {maxRows} rows.")
            : own != rows ? new("shape-not-supported", pointer, "All inputs must have the same number of rows, their first dimension.")
            : null;
    }

    private static SignatureMismatch? Symbols(TensorSpec spec, Tensor input, int index, Dictionary<string, long> bound)
    {
        for (var axis = 0; axis < Math.Min(spec.Symbols.Length, spec.Shape.Length); axis++)
        {
            var (symbol, size) = (spec.Symbols[axis], input.Shape[axis]);
            if (spec.Shape[axis] < 0 && !string.IsNullOrEmpty(symbol) && !bound.TryAdd(symbol, size) && bound[symbol] != size)
            {
                return new("shape-not-supported", $"/inputs/{index}/shape", $"The dimension '{symbol}' must have one size in the whole job.");
            }
        }

        return null;
    }

    private static SignatureMismatch? Data(Tensor input, int index)
    {
        // Strings that are still on their way are counted as they come.
        var count = ElementCount(input.Shape);
        var fits = count is { } elements && (input.Datatype == TensorDatatype.Bytes
            ? AbsentData.Behind(input.Data) is not null || HasElements(input.Data.Span, elements)
            : elements <= input.Data.Length && elements * input.Datatype.ElementSize() == input.Data.Length);
        return fits ? null : new("shape-data-mismatch", $"/inputs/{index}/data", "The data has more or fewer bytes than the shape needs.");
    }

    /// <summary>The product of the dimensions; null beyond what 64 bits hold.</summary>
    private static long? ElementCount(long[] shape)
    {
        var product = (Int128)1;
        foreach (var dimension in shape.Contains(0) ? [0] : shape)
        {
            product *= dimension;
            if (product > long.MaxValue)
            {
                return null;
            }
        }

        return (long)product;
    }

    private static bool HasElements(ReadOnlySpan<byte> data, long count)
    {
        for (; count > 0 && data.Length >= sizeof(uint); count--)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(data);
            if (length > data.Length - sizeof(uint))
            {
                return false;
            }

            data = data[(sizeof(uint) + (int)length)..];
        }

        return count == 0 && data.IsEmpty;
    }

    private static string List(IEnumerable<TensorSpec> specs) => string.Join(", ", specs.Select(spec => $"'{spec.Name}'"));

    private static string Written(long[] shape) => $"[{string.Join(',', shape)}]";
}
