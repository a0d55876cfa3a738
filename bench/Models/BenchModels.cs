using QueueInference.Contracts;
using QueueInference.Worker.Models;

namespace QueueInference.Bench.Models;

/// <summary>The models of the rows. Files are made at first use, into bench/.models.</summary>
internal static class BenchModels
{
    /// <summary>Why a row with <see cref="TextDirection"/> does not run.</summary>
    public const string NoTextDirection = "Set QI_MODELS_SHARED to the folder that has text-direction/model.onnx.";

    /// <summary>The size that the worker is to warm the model with; null for a worker that does not know the key yet.</summary>
    private static readonly string? TextDirectionSettings =
        typeof(ModelSettings).GetProperty("Warmup") is null ? null : """{"warmup":[{"x":[1,3,48,192]}]}""";

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    private static readonly string Folder = Directory.CreateDirectory(System.IO.Path.Combine(Root, "bench", ".models")).FullName;

    public static BenchModel Null => new("null", Made("null", Networks.Null), random => [BenchModel.Noise("x", random, 1, 16)], "y");

    public static BenchModel Poisonable => new("poisonable", Made("poisonable", Networks.Poisonable), random => [BenchModel.Noise("x", random, 1, 16)], "y");

    public static BenchModel Mlp => new("mlp", Made("mlp", Networks.Mlp), random => [BenchModel.Noise("x", random, 1, 64)], "y");

    public static BenchModel BertBase => new("bert-base", Made("bert-base", new Bert(12, 768, 12, 30_522).Build), random => Words(random, 128, 30_522), "pooled");

    public static BenchModel BertSmall => new("bert-small", Made("bert-small", new Bert(4, 256, 4, 1000).Build), random => Words(random, 64, 1000), "pooled");

    /// <summary>Rows of 16 to 256 words.</summary>
    public static BenchModel BertTiny => new("bert-tiny", Made("bert-tiny", new Bert(2, 128, 2, 1000).Build), random => Words(random, random.Next(16, 257), 1000), "pooled");

    public static BenchModel ResNet50(int size = 224) =>
        new($"resnet50-{size}", Made($"resnet50-{size}", () => Networks.ResNet50(size)), random => [BenchModel.Noise("x", random, 1, 3, size, size)], "y");

    /// <summary>A real classifier from QI_MODELS_SHARED; null where that is not set.</summary>
    public static BenchModel? TextDirection => Environment.GetEnvironmentVariable("QI_MODELS_SHARED") is { } shared
        ? new("text-direction", System.IO.Path.Combine(shared, "text-direction", "model.onnx"), random => [BenchModel.Noise("x", random, 1, 3, 48, 192)],
            "softmax_0.tmp_0", TextDirectionSettings)
        : null;

    private static Tensor[] Words(Random random, int count, int words) =>
    [
        BenchModel.Integers("input_ids", [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(words))]),
        BenchModel.Integers("attention_mask", [.. Enumerable.Repeat(1L, count)]),
    ];

    private static string Made(string name, Func<Graph> make)
    {
        var path = System.IO.Path.Combine(Folder, $"{name}.onnx");
        if (!File.Exists(path))
        {
            make().Save(path + ".new");
            File.Move(path + ".new", path);
        }

        return path;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder!.FullName, "QueueInference.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
