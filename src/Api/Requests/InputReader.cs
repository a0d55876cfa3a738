using System.Text.Json;
using QueueInference.Api.Problems;
using QueueInference.Contracts;

namespace QueueInference.Api.Requests;

/// <summary>Reads the <c>inputs</c> of a job.</summary>
internal sealed class InputReader(RequestLimits limits, BinaryTail? tail)
{
    private int _bytesLeft = limits.MaxInputBytes;

    /// <summary>Reads the array.</summary>
    public IReadOnlyList<Tensor> Read(ref JsonCursor json)
    {
        json.Require(JsonTokenType.StartArray, "/inputs", "an array");
        var inputs = new List<Tensor>();
        while (json.NextElement())
        {
            if (inputs.Count == limits.MaxInputs)
            {
                throw new ProblemException("input-set-mismatch", "/inputs", $"A job has at most {limits.MaxInputs} inputs.");
            }

            inputs.Add(ReadInput(ref json, $"/inputs/{inputs.Count}"));
        }

        return inputs;
    }

    /// <summary>Refuses bytes after the last binary tensor.</summary>
    public void RequireEnd() => tail?.RequireEnd();

    private Tensor ReadInput(ref JsonCursor json, string pointer)
    {
        json.Require(JsonTokenType.StartObject, pointer, "an object");
        var draft = new InputDraft(pointer);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var source = default(JsonCursor);
        while (json.NextProperty(names, pointer, out var name))
        {
            if (name is "data" or "data_base64")
            {
                // The shape and the datatype may come later: remember the place and come back.
                draft.SetSource(name);
                source = json;
                json.Skip();
            }
            else
            {
                draft.Take(ref json, name, limits.MaxRank);
            }
        }

        var tensor = Fill(draft, ref source);
        _bytesLeft -= tensor.Data.Length;
        return tensor;
    }

    private Tensor Fill(InputDraft draft, ref JsonCursor source)
    {
        var (name, datatype, shape) = draft.Required();
        // A string takes at least the four bytes of its length.
        var size = Math.Max(datatype.ElementSize(), datatype == TensorDatatype.Bytes ? sizeof(uint) : 1);
        var target = new DataTarget(draft.Pointer, datatype, shape, ShapeReader.RequireElements(shape, size, _bytesLeft, $"{draft.Pointer}/shape"), limits);
        var data = draft.Source switch
        {
            "data" => JsonData.Read(ref source, target),
            "data_base64" => Base64Data.Read(ref source, target),
            _ => BinaryData.Read(tail, draft.BinarySize, target),
        };
        if (data.Length > _bytesLeft)
        {
            throw new ProblemException("shape-too-large", draft.Pointer, $"The inputs of a job may have {limits.MaxInputBytes} bytes together.");
        }

        return new Tensor(name, datatype, shape, data);
    }
}
