using Microsoft.ML.OnnxRuntime;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Worker.Inference;

namespace QueueInference.Bench.Rows;

/// <summary>G: R1 on a GPU.</summary>
internal static class Gpu
{
    public static async Task<Outcome> RunAsync(RowContext context)
    {
        if (context.Options.Provider == ExecutionProviders.Cpu)
        {
            return Outcome.NotRun("Add --providers cuda on a machine with a GPU.");
        }

        if (!OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
        {
            return Outcome.NotRun("This build has no CUDA provider. Run: OnnxRuntime=Gpu bench/run.sh G --providers cuda");
        }

        var bert = await Throughput.RunAsync(context, BenchModels.BertBase);
        var resNet = await Throughput.RunAsync(context, BenchModels.ResNet50());
        return new Outcome($"{bert.Value}/{resNet.Value}", bert.Why ?? resNet.Why);
    }
}
