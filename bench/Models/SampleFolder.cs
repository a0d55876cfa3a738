using System.Runtime.InteropServices;
using System.Text.Json;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Bench.Models;

/// <summary>A model, rows for it and the answers of ONNX Runtime as files, for peers in other languages.</summary>
internal static class SampleFolder
{
    private const int Count = 16;

    /// <summary>Writes a model's samples by its name; answers the exit code.</summary>
    public static int Write(string name, string folder)
    {
        if (Find(name) is not { } model)
        {
            Console.Error.WriteLine("The models are null and text-direction; for the latter, set QI_MODELS_SHARED to the folder that has text-direction/model.onnx.");
            return 1;
        }

        Write(model, folder);
        return 0;
    }

    /// <summary>model.onnx, about.json, and input-N.bin and expected-N.bin, little-endian FP32. The rows are those of row R1s.</summary>
    public static void Write(BenchModel model, string folder)
    {
        Directory.CreateDirectory(folder);
        File.Copy(model.Path, Path.Combine(folder, "model.onnx"), overwrite: true);
        var rows = Enumerable.Range(0, Count).Select(seed => model.Row(new Random(seed)).Single()).ToList();
        var about = new { input = rows[0].Name, shape = rows[0].Shape, output = model.Output, count = Count };
        File.WriteAllText(Path.Combine(folder, "about.json"), JsonSerializer.Serialize(about));
        using var runner = new OnnxModelRunnerFactory().Create(model.Path, new InferenceOptions());
        for (var i = 0; i < Count; i++)
        {
            File.WriteAllBytes(Path.Combine(folder, $"input-{i}.bin"), rows[i].Data.ToArray());
            File.WriteAllBytes(Path.Combine(folder, $"expected-{i}.bin"), MemoryMarshal.AsBytes<float>(model.Run(runner, [rows[i]])).ToArray());
        }
    }

    private static BenchModel? Find(string name) => name switch
    {
        "null" => BenchModels.Null,
        "text-direction" => BenchModels.TextDirection,
        _ => null,
    };
}
