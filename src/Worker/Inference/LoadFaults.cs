using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace QueueInference.Worker.Inference;

/// <summary>Why a model file cannot be loaded, for those who put it there. Pure.</summary>
internal static partial class LoadFaults
{
    /// <summary>A sentence with what to look at.</summary>
    public static string Describe(Exception fault, string path) => fault is OnnxRuntimeException
        ? $"ONNX Runtime cannot load {Path.GetFileName(path)}: {Preamble().Replace(fault.Message, "").Trim().TrimEnd('.')}. Is it a whole ONNX model, with its external data beside it?"
        : fault.Message;

    /// <summary>What ONNX Runtime says before it comes to the point.</summary>
    [GeneratedRegex(@"^(\[ErrorCode:\w+\] )?(Load model from .* failed:)?(.*\[ONNXRuntimeError\] : \d+ : \w+ : )?\s*")]
    private static partial Regex Preamble();
}
