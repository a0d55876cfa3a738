using QueueInference.Contracts;

namespace QueueInference.Core.Tensors;

/// <summary>Tells the ordinary job, which plainly fits, without the garbage that a full check makes. It may only err by saying no.</summary>
internal static class SignatureFit
{
    /// <summary>Whether the job gives every required input once, in fixed-size elements, and asks for outputs that exist.</summary>
    public static bool IsPlain(ModelSignature signature, IReadOnlyList<Tensor> inputs, IReadOnlyList<string>? outputs, int maxRows)
    {
        var rows = inputs.Count > 0 && inputs[0].Shape is [var first, ..] ? first : 0;
        if (!AreKnown(signature.Outputs, outputs) || inputs.Count != signature.Inputs.Count || rows < 1 || rows > maxRows || !signature.Batchable)
        {
            return false;
        }

        for (var i = 0; i < inputs.Count; i++)
        {
            if (!Fits(signature.Inputs[i], inputs[i], rows))
            {
                return false;
            }
        }

        return inputs.Count == 1 || SymbolsAgree(signature.Inputs, inputs);
    }

    private static bool AreKnown(IReadOnlyList<TensorSpec> known, IReadOnlyList<string>? wanted)
    {
        // In the order of the model each is there at most once.
        var next = 0;
        for (var i = 0; i < known.Count && next < wanted?.Count; i++)
        {
            next += known[i].Name == wanted[next] ? 1 : 0;
        }

        return wanted is null || next == wanted.Count;
    }

    private static bool Fits(TensorSpec spec, Tensor input, long rows)
    {
        if (spec.Optional || spec.Name != input.Name || spec.Datatype != input.Datatype || spec.Datatype == TensorDatatype.Bytes
            || spec.Shape.Length != input.Shape.Length || input.Shape[0] != rows)
        {
            return false;
        }

        Int128 bytes = input.Datatype.ElementSize();
        for (var axis = 0; axis < spec.Shape.Length; axis++)
        {
            bytes *= input.Shape[axis];
            if (input.Shape[axis] < 1 || (spec.Shape[axis] >= 0 && spec.Shape[axis] != input.Shape[axis]) || bytes > int.MaxValue)
            {
                return false;
            }
        }

        return bytes == input.Data.Length && SymbolsAgree(spec, input, spec, input);
    }

    private static bool SymbolsAgree(IReadOnlyList<TensorSpec> specs, IReadOnlyList<Tensor> inputs)
    {
        for (var i = 1; i < inputs.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (!SymbolsAgree(specs[i], inputs[i], specs[j], inputs[j]))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Whether dimensions of one name have one size.</summary>
    private static bool SymbolsAgree(TensorSpec spec, Tensor input, TensorSpec otherSpec, Tensor other)
    {
        for (var i = 0; i < Math.Min(spec.Symbols.Length, spec.Shape.Length); i++)
        {
            for (var j = 0; j < Math.Min(otherSpec.Symbols.Length, otherSpec.Shape.Length) && !string.IsNullOrEmpty(spec.Symbols[i]); j++)
            {
                if (spec.Symbols[i] == otherSpec.Symbols[j] && spec.Shape[i] < 0 && otherSpec.Shape[j] < 0 && input.Shape[i] != other.Shape[j])
                {
                    return false;
                }
            }
        }

        return true;
    }
}
