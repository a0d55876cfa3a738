using Microsoft.ML.OnnxRuntime;
using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>Reads what a model declares about its inputs and outputs.</summary>
/// <remarks>ONNX Runtime reports a tensor of unknown rank as a scalar, and nothing here can tell the two apart.</remarks>
internal static class SignatureReader
{
    /// <summary>Reads the signature; inputs with a default value (an initializer) come last and are optional.</summary>
    /// <exception cref="NotSupportedException">A sequence, a map, or an element type that the protocol has no name for.</exception>
    public static ModelSignature Read(InferenceSession session)
    {
        var required = session.InputNames.Select(name => Spec(name, session.InputMetadata[name], optional: false));
        var defaulted = session.OverridableInitializerMetadata
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Spec(pair.Key, pair.Value, optional: true));
        var outputs = session.OutputNames.Select(name => Spec(name, session.OutputMetadata[name], optional: false));
        return new([.. required, .. defaulted], [.. outputs]);
    }

    private static TensorSpec Spec(string name, NodeMetadata metadata, bool optional)
    {
        if (!metadata.IsTensor)
        {
            throw new NotSupportedException(
                $"'{name}' is not a tensor ({metadata.OnnxValueType}); export the model with tensors only (scikit-learn: zipmap=False).");
        }

        return OrtDatatypes.TryFromOrt(metadata.ElementDataType, out var datatype)
            ? new(name, datatype, [.. metadata.Dimensions.Select(dimension => (long)dimension)], [.. metadata.SymbolicDimensions], optional)
            : throw new NotSupportedException($"'{name}' has the element type {metadata.ElementDataType}, which cannot be served.");
    }
}
