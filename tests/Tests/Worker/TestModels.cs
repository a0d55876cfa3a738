using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models;

namespace QueueInference.Tests.Worker;

/// <summary>Finds the small models in <c>tests/models</c>.</summary>
internal static class TestModels
{
    /// <summary>The folder, which is itself a model repository.</summary>
    public static string Root { get; } = Path.Combine(SolutionFolder(), "tests", "models");

    /// <summary>The file of a model's only version.</summary>
    public static string PathOf(string model) => Path.Combine(Root, model, "1", "model.onnx");

    /// <summary>The file of one that no worker may come to harm of.</summary>
    public static string PathOfBad(string model) => Path.Combine(SolutionFolder(), "tests", "bad-models", model, "1", "model.onnx");

    /// <summary>Loads a model on one CPU thread.</summary>
    public static OnnxModelRunner Load(string model) => new(PathOf(model), new() { IntraOpThreads = 1 });

    /// <summary>A model as the worker has it in memory.</summary>
    public static LoadedModel Loaded(IModelRunner runner, int maxRows = 64, ModelSettings? settings = null)
    {
        var info = new ModelVersionInfo("m", 1, new ModelSignature([], []), maxRows, 8, 3, "");
        return new LoadedModel(info, runner, settings ?? new(), new BatchSizes(maxRows));
    }

    /// <summary>Runs it, and copies the outputs so that they outlive the run.</summary>
    public static Tensor[] RunOnce(this IModelRunner runner, IReadOnlyList<Tensor> inputs)
    {
        using var outputs = runner.Run(inputs);
        return [.. outputs.Tensors.Select(output => output with { Data = output.Data.ToArray() })];
    }

    private static string SolutionFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "QueueInference.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("QueueInference.sln is in no folder above the tests.");
        }

        return folder.FullName;
    }
}
