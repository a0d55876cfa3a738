using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace QueueInference.Worker.Inference;

/// <summary>Turns <see cref="InferenceOptions"/> into ONNX Runtime's session options.</summary>
internal static class SessionOptionsFactory
{
    private static readonly Dictionary<string, string> CudaOptions = new()
    {
        // An exhaustive search costs hundreds of milliseconds at each new shape, and buys nothing steady.
        ["cudnn_conv_algo_search"] = "HEURISTIC",
        // Powers of two would hold up to twice the memory that batches of a bounded size need.
        ["arena_extend_strategy"] = "kSameAsRequested",
    };

    /// <summary>Builds the options; the caller disposes them.</summary>
    /// <exception cref="InvalidOperationException">A provider is unknown or cannot be loaded. It is never replaced silently.</exception>
    public static SessionOptions Create(InferenceOptions options)
    {
        var session = new SessionOptions { IntraOpNumThreads = options.EffectiveThreads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        try
        {
            // Spinning threads would take the CPU from the broker and the store on a shared machine.
            session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            if (!options.ExecutionProviders.Contains(ExecutionProviders.Cpu))
            {
                session.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
            }

            AppendProviders(session, options.ExecutionProviders);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static void AppendProviders(SessionOptions session, IReadOnlyList<string> providers)
    {
        foreach (var provider in providers)
        {
            switch (provider)
            {
                // ONNX Runtime adds the CPU itself, after all others.
                case ExecutionProviders.Cpu: break;
                case ExecutionProviders.Cuda: AppendGpu(provider, "CUDAExecutionProvider", () => AppendCuda(session)); break;
                case ExecutionProviders.TensorRt: AppendGpu(provider, "TensorrtExecutionProvider", () => session.AppendExecutionProvider_Tensorrt(0)); break;
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
                $"The execution provider '{provider}' could not be loaded; check the driver, CUDA and cuDNN, or remove it from the list. {e.Message}", e);
        }
    }

    private static void AppendCuda(SessionOptions session)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(CudaOptions);
        session.AppendExecutionProvider_CUDA(cuda);
    }
}
