using System.Security.Cryptography;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class ModelLoaderTests : IDisposable
{
    private readonly TemporaryRepository files = new();
    private readonly RecordingLogger<ModelLoader> logger = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Load_BatchableModel_AnnouncesIt()
    {
        files.Add("m", "4", "two_in_two_out");

        using var loaded = Load();

        Assert.NotNull(loaded);
        Assert.Equal(("m", 4, 16, 8, 3), (loaded.Info.Model, loaded.Info.Version, loaded.Info.MaxBatchSize, loaded.Info.MaxGroupJobs, loaded.Info.MaxAttempts));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(TestModels.PathOf("two_in_two_out")))), loaded.Info.Sha256);
        Assert.Same(loaded.Runner.Signature, loaded.Info.Signature);
        Assert.Equal(["Loaded"], logger.Events);
    }

    [Theory]
    [InlineData("no_batch")]
    [InlineData("state")]
    [InlineData("scalar")]
    public void Load_ModelWithoutBatchAxis_HasBatchSizeOne(string model)
    {
        files.Add("m", "1", model);

        using var loaded = Load();

        Assert.Equal(1, loaded!.Info.MaxBatchSize);
        Assert.Equal(["Loaded"], logger.Events);
    }

    [Fact]
    public void Load_OutputWithoutTheRows_HasBatchSizeOneAndSaysSo()
    {
        files.Add("m", "1", "doubles_its_rows");

        using var loaded = Load();

        Assert.True(loaded!.Info.Signature.Batchable);
        Assert.Equal(1, loaded.Info.MaxBatchSize);
        Assert.Equal(["NotBatchable", "Loaded"], logger.Events);
    }

    [Fact]
    public void Load_NotAModel_IsSkippedWithTheReason()
    {
        files.AddText("m/1/model.onnx", "not a model");

        Assert.Null(Load());
        Assert.Equal(["LoadFailed"], logger.Events);
    }

    [Fact]
    public void Load_ProviderThatIsNotHere_IsSkippedWithTheReason()
    {
        files.Add("m", "1").AddText("m/model.json", """{"execution_providers":["cuda"]}""");

        Assert.Null(Load());
        Assert.Contains("'cuda' is not part of this build", Assert.Single(logger.Entries).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_EveryTestModel_Serves()
    {
        foreach (var found in new ModelRepository(TestModels.Root, new RecordingLogger<ModelRepository>()).Scan())
        {
            using var loaded = Load(found);
            Assert.NotNull(loaded);
        }

        Assert.DoesNotContain("WarmupFailed", logger.Events);
    }

    [Fact]
    public void Load_RealModelFromABareLayout_ServesInBatches()
    {
        var shared = Environment.GetEnvironmentVariable("QI_MODELS_SHARED");
        Assert.SkipWhen(string.IsNullOrEmpty(shared), "QI_MODELS_SHARED does not name a folder with text-direction/model.onnx.");
        Directory.CreateDirectory(Path.Combine(files.Root, "text-direction", "1"));
        File.Copy(Path.Combine(shared!, "text-direction", "model.onnx"), Path.Combine(files.Root, "text-direction", "1", "model.onnx"));

        using var loaded = Load();
        var output = Assert.Single(loaded!.Runner.RunOnce([TestTensors.Random(new Random(1), "x", TensorDatatype.Fp32, [3, 3, 48, 192])]));

        Assert.Equal(16, loaded.Info.MaxBatchSize);
        Assert.Equal([3, 2], output.Shape);
    }

    private LoadedModel? Load() => Load(Assert.Single(new ModelRepository(files.Root, new RecordingLogger<ModelRepository>()).Scan()));

    private LoadedModel? Load(FoundVersion found) => new ModelLoader(new OnnxModelRunnerFactory(), new() { IntraOpThreads = 1 }, logger).Load(found);
}
