using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace QueueInference.Worker.Inference;

/// <summary>Turns <see cref="InferenceOptions"/> into ONNX Runtime's session options.</summary>
internal static class SessionOptionsFactory
{
    /// <summary>Builds the options; the caller disposes them.</summary>
    /// <exception cref="InvalidOperationException">A provider is unknown or cannot be loaded. It is never replaced silently.</exception>
    public static SessionOptions Create(InferenceOptions options)
    {
        var session = new SessionOptions { IntraOpNumThreads = options.EffectiveThreads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        try
        {
            AddEntries(session, options);
            AppendProviders(session, options);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static void AddEntries(SessionOptions session, InferenceOptions options)
    {
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", options.IntraOpSpinning ? "1" : "0");
        session.AddSessionConfigEntry(NodeAssignment.ConfigKey, "1");
        if (!options.ExecutionProviders.Contains(ExecutionProviders.Cpu))
        {
            session.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
        }
    }

    private static void AppendProviders(SessionOptions session, InferenceOptions options)
    {
        foreach (var provider in options.ExecutionProviders)
        {
            var given = ProviderOptions.Given(provider, options.ProviderOptions);
            switch (provider)
            {
                // ONNX Runtime adds the CPU itself, after all others.
                case ExecutionProviders.Cpu: break;
                case ExecutionProviders.Cuda: AppendGpu(provider, "CUDAExecutionProvider", () => AppendCuda(session, given)); break;
                case ExecutionProviders.TensorRt: AppendGpu(provider, "TensorrtExecutionProvider", () => AppendTensorRt(session, given)); break;
                default: throw new InvalidOperationException($"The execution provider '{provider}' is not known; use cpu, cuda or tensorrt.");
            }
        }
    }

    private static void AppendGpu(string provider, string nativeName, Action append)
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(nativeName))
        {
            throw new InvalidOperationException(
                $"The execution provider '{provider}' is not part of this build. Use the GPU image (built with -p:OnnxRuntime=Gpu), or remove it from the list.");
        }

        try
        {
            append();
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidOperationException(
                $"The execution provider '{provider}' could not be loaded; check its options, the driver, CUDA and cuDNN, or remove it from the list. {e.Message}", e);
        }
    }

    private static void AppendCuda(SessionOptions session, Dictionary<string, string> given)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(given);
        session.AppendExecutionProvider_CUDA(cuda);
    }

    private static void AppendTensorRt(SessionOptions session, Dictionary<string, string> given)
    {
        using var tensorRt = new OrtTensorRTProviderOptions();
        tensorRt.UpdateOptions(given);
        session.AppendExecutionProvider_Tensorrt(tensorRt);
    }
}
