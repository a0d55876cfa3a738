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
        ReadOnlyMemory<byte>? data = null;
        while (json.NextProperty(names, pointer, out var name))
        {
            if (name is not ("data" or "data_base64"))
            {
                draft.Take(ref json, name, limits.MaxRank);
                continue;
            }

            draft.SetSource(name);
            if (draft.IsDescribed)
            {
                data = ReadData(draft, ref json);
                continue;
            }

            // The shape and the datatype come later: remember the place and come back.
            source = json;
            json.Skip();
        }

        var (tensorName, datatype, shape) = draft.Required();
        data ??= ReadData(draft, ref source);
        _bytesLeft -= data.Value.Length;
        return new Tensor(tensorName, datatype, shape, data.Value);
    }

    private ReadOnlyMemory<byte> ReadData(InputDraft draft, ref JsonCursor source)
    {
        var target = draft.Target(limits, _bytesLeft);
        var data = draft.Source switch
        {
            "data" => JsonData.Read(ref source, target),
            "data_base64" => Base64Data.Read(ref source, target),
            _ => BinaryData.Read(tail, draft.BinarySize, target),
        };
        return data.Length <= _bytesLeft ? data : throw new ProblemException(
            "shape-too-large", draft.Pointer, $"The inputs of a job may have {limits.MaxInputBytes} bytes together.");
    }
}
