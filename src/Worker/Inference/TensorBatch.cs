using System.Text;
using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>Joins the rows of several jobs into one batch and cuts the outputs apart again.</summary>
internal static class TensorBatch
{
    /// <summary>A text that is equal exactly for jobs that can share a batch: same names, datatypes and dimensions but the first.</summary>
    public static string ShapeKey(IReadOnlyList<Tensor> inputs)
    {
        var key = new StringBuilder();
        foreach (var input in inputs.OrderBy(input => input.Name, StringComparer.Ordinal))
        {
            // The length keeps a name with odd characters from reading like something else.
            key.Append(input.Name.Length).Append(':').Append(input.Name).Append(':').Append((int)input.Datatype)
                .Append(input.Shape.Length > 0 ? "[*" : "[");
            foreach (var dimension in input.Shape.Skip(1))
            {
                key.Append(',').Append(dimension);
            }

            key.Append(']');
        }

        return key.ToString();
    }

    /// <summary>Joins each input of the jobs along the first axis, in the order in which the first job lists them.</summary>
    /// <param name="jobs">At least one; all with the same <see cref="ShapeKey"/>. A lone job's tensors are returned as they are.</param>
    public static Tensor[] Stack(IReadOnlyList<IReadOnlyList<Tensor>> jobs) => jobs.Count == 1
        ? [.. jobs[0]]
        : [.. jobs[0].Select((first, index) => Join([.. jobs.Select(job => Find(job, first.Name, index))]))];

    /// <summary>Cuts outputs into one set for each job, without copying.</summary>
    /// <param name="outputs">The outputs of one run.</param>
    /// <param name="rows">The rows of each job, in the order of the batch. A lone job gets everything, whatever its shape.</param>
    /// <exception cref="InvalidOperationException">An output does not hold one row for each row that went in.</exception>
    public static Tensor[][] Split(IReadOnlyList<Tensor> outputs, IReadOnlyList<int> rows)
    {
        if (rows.Count == 1)
        {
            return [[.. outputs]];
        }

        var columns = outputs.Select(output => Cut(output, rows)).ToArray();
        return [.. rows.Select((_, job) => columns.Select(column => column[job]).ToArray())];
    }

    /// <summary>Some rows of a batch's inputs, or of one job's, without copying.</summary>
    /// <param name="tensors">Each with the rows along its first axis.</param>
    /// <param name="first">The first row wanted.</param>
    /// <param name="count">How many.</param>
    public static Tensor[] Rows(IReadOnlyList<Tensor> tensors, int first, int count) =>
        [.. tensors.Select(tensor => tensor.Shape[0] == count ? tensor : Rows(tensor, first, count))];

    /// <summary>Some rows of one tensor, without copying.</summary>
    public static Tensor Rows(Tensor tensor, int first, int count)
    {
        var elements = RowElements(tensor);
        var offset = DataLength(tensor, 0, first * elements);
        return tensor with { Shape = WithRows(tensor.Shape, count), Data = tensor.Data.Slice(offset, DataLength(tensor, offset, count * elements)) };
    }

    private static long RowElements(Tensor tensor)
    {
        var elements = 1L;
        for (var axis = 1; axis < tensor.Shape.Length; axis++)
        {
            elements *= tensor.Shape[axis];
        }

        return elements;
    }

    private static Tensor Find(IReadOnlyList<Tensor> job, string name, int index) =>
        job[index].Name == name ? job[index] : job.First(input => input.Name == name);

    private static Tensor Join(Tensor[] parts)
    {
        // BYTES elements carry their length, so they too are joined by appending.
        var data = GC.AllocateUninitializedArray<byte>(parts.Sum(part => part.Data.Length));
        var offset = 0;
        foreach (var part in parts)
        {
            part.Data.CopyTo(data.AsMemory(offset));
            offset += part.Data.Length;
        }

        return parts[0] with { Shape = WithRows(parts[0].Shape, parts.Sum(part => part.Shape[0])), Data = data };
    }

    private static Tensor[] Cut(Tensor output, IReadOnlyList<int> rows)
    {
        var total = rows.Sum(count => (long)count);
        if (output.Shape.Length == 0 || output.Shape[0] != total)
        {
            throw new InvalidOperationException(
                $"The output '{output.Name}' has the shape [{string.Join(',', output.Shape)}], but {total} rows went in: the model cannot be batched.");
        }

        var elements = RowElements(output);
        var parts = new Tensor[rows.Count];
        var offset = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var length = DataLength(output, offset, rows[i] * elements);
            parts[i] = output with { Shape = WithRows(output.Shape, rows[i]), Data = output.Data.Slice(offset, length) };
            offset += length;
        }

        return parts;
    }

    private static int DataLength(Tensor tensor, int offset, long elements) => tensor.Datatype == TensorDatatype.Bytes
        ? BytesElements.Measure(tensor.Data.Span, offset, elements)
        : checked((int)(elements * tensor.Datatype.ElementSize()));

    private static long[] WithRows(long[] shape, long rows) => [rows, .. shape.Skip(1)];
}
