using System.Security.Cryptography;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models;
using QueueInference.Worker.Residency;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class ModelLoaderTests : IDisposable
{
    /// <summary>In ms: what is taken over goes through a <see cref="TimeSpan"/>.</summary>
    private const double Tick = 0.00011;

    private readonly TemporaryRepository files = new();
    private readonly RecordingLogger<ModelLoader> logger = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Load_BatchableModel_AnnouncesIt()
    {
        files.Add("m", "4", "two_in_two_out");

        using var loaded = Load();

        Assert.NotNull(loaded);
        Assert.Equal(("m", 4, 3, "cpu", true), (loaded.Info.Model, loaded.Info.Version, loaded.Info.MaxAttempts, loaded.Info.Device, loaded.Info.BatchSafe));
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
        Assert.Equal((1, false), (loaded.Info.MaxBatchSize, loaded.Info.BatchSafe));
        Assert.Equal("Jobs run one at a time: with other rows in its batch, the output 'y' is another one.", loaded.Info.BatchingNote);
        Assert.Equal(["NotBatchable", "Loaded"], logger.Events);
    }

    [Fact]
    public void Load_RowsThatInfluenceEachOther_RunOneAtATime()
    {
        files.Add("m", "1", "batch_mean").AddText("m/model.json", """{"batching":{"max_batch_size":32}}""");

        using var loaded = Load();

        Assert.Equal((1, false, 1), (loaded!.Info.MaxBatchSize, loaded.BatchSafe, loaded.BatchSizes.For("any").Choose(100)));
        Assert.StartsWith("Jobs run one at a time: with other rows in its batch, the output 'y' differs by up to ", loaded.Info.BatchingNote, StringComparison.Ordinal);
        Assert.Equal(["BatchUnsafe", "Loaded"], logger.Events);
    }

    [Fact]
    public void Load_RandomDataRefused_LeavesSafetyOpenAndMeasuresZeros()
    {
        files.Add("m", "1", "fails_on_negative");

        using var loaded = Load();

        Assert.Null(loaded!.BatchSafe);
        Assert.NotEmpty(loaded.Info.BatchTimes!);
        Assert.Equal(["BatchingUnchecked", "Loaded"], logger.Events);
    }

    [Fact]
    public void Load_ShapeUnknown_LeavesItToTheJobs()
    {
        files.Add("m", "1", "dynamic_hw");

        using var loaded = Load();

        Assert.Null(loaded!.BatchSafe);
        Assert.Empty(loaded.Info.BatchTimes!);
        Assert.Equal((64, 8), (loaded.Info.MaxBatchSize, loaded.Info.MaxGroupJobs));
    }

    [Fact]
    public void Load_WarmupShapes_AreMeasured()
    {
        files.Add("m", "1", "dynamic_hw").AddText("m/model.json", """{"warmup":[{"x":[1,1,4,5]},{"x":[1,1,6,7]}]}""");

        using var loaded = Load();

        Assert.True(loaded!.BatchSafe);
        Assert.Equal(["x:[*,1,4,5]", "x:[*,1,6,7]"], loaded.Info.BatchTimes!.Select(time => time.Shape).Distinct().Order());
        Assert.All(loaded.Info.BatchTimes!.GroupBy(time => time.Shape), shape => Assert.Single(shape, time => time.Chosen));
    }

    [Fact]
    public void Load_FixedBatchSize_IsKept()
    {
        files.Add("m", "1", "two_in_two_out").AddText("m/model.json", """{"batching":{"max_batch_size":5}}""");

        using var loaded = Load();

        Assert.Equal((5, 5), (loaded!.Info.MaxBatchSize, loaded.BatchSizes.For("any").Choose(1)));
        Assert.Equal([1, 2, 4, 5], loaded.BatchSizes.Shapes[0].Table.Sizes);
    }

    [Theory]
    [InlineData("masked_mean", true, new[] { "Loaded" })]
    [InlineData("sequence_mean", false, new[] { "PaddingUnsafe", "Loaded" })]
    public void Load_SequenceBuckets_AreUsedWhereTheModelIgnoresPadding(string model, bool safe, string[] events)
    {
        files.Add("m", "1", model).AddText("m/model.json", """{"batching":{"sequence_buckets":[4,16]}}""");

        using var loaded = Load();

        Assert.Equal((safe, safe, true), (loaded!.Info.PaddingSafe, loaded.Buckets is not null, loaded.BatchSafe));
        Assert.Equal(safe, loaded.Info.BatchingNote is null);
        Assert.Equal(2, loaded.Info.BatchTimes!.Select(time => time.Shape).Distinct().Count());
        Assert.Equal(events, logger.Events);
    }

    [Theory]
    [InlineData("""{"batching":{"sequence_buckets":[4],"sequence_axis":"tokens"}}""", "'batching.sequence_axis' must be one of \"sequence\".")]
    [InlineData("""{"warmup":[{"y":[1]}]}""", "'warmup[0]' does not fit the model")]
    public void Load_SettingsThatDoNotFit_SkipTheVersionWithTheReason(string settings, string expected)
    {
        files.Add("m", "1", "sequence_mean").AddText("m/model.json", settings);

        Assert.Null(Load());
        Assert.Contains(expected, Assert.Single(logger.Entries).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_JobsHaveRun_TellsTheNewTimes()
    {
        files.Add("m", "1", "dynamic_hw");
        using var loaded = Load();
        for (var run = 0; run < 4; run++)
        {
            loaded!.BatchSizes.For("1:x:11[*,1,2,2]").Observe(1, TimeSpan.FromMilliseconds(2.5));
        }

        Assert.Empty(loaded!.Info.BatchTimes!);
        Assert.Equal(new MeasuredBatch("x:[*,1,2,2]", 1, 2.5, Chosen: true), Assert.Single(loaded.Describe().BatchTimes!));
        Assert.Equal((2, 8), (loaded.Info.MaxBatchSize, loaded.Info.MaxGroupJobs));
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
        foreach (var found in Chosen(TestModels.Root))
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
        files.AddText("text-direction/model.json", """{"warmup":[{"x":[1,3,48,192]}]}""");

        using var loaded = Load();
        var output = Assert.Single(loaded!.Runner.RunOnce([TestTensors.Random(new Random(1), "x", TensorDatatype.Fp32, [3, 3, 48, 192])]));

        Assert.Equal([3, 2], output.Shape);
        Assert.Equal(Assert.Single(loaded.Info.BatchTimes!, time => time.Chosen).Rows, loaded.BatchSizes.Shapes[0].Table.Chosen);
        Assert.True(loaded.BatchSafe);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LoadAsync_Always_TakesNoThreadOfThePool(bool isBeside)
    {
        files.Add("m", "1", "two_in_two_out");
        var threads = new RecordingThreads();
        var loader = new ModelLoader(threads, threads, new() { IntraOpThreads = 1 }, TimeProvider.System, logger);
        var cancellationToken = TestContext.Current.CancellationToken;

        var (model, _) = await loader.LoadAsync(Assert.Single(Chosen(files.Root)), isBeside, known: null, cancellationToken);
        using (model)
        {
            await loader.BringAsync(model!, (ResidentRunner)model!.Runner, cancellationToken);
        }

        // One for the check, and those that made the sessions.
        Assert.True(threads.ArePooled.Count >= 3);
        Assert.DoesNotContain(true, threads.ArePooled);
    }

    [Fact]
    public async Task LoadAsync_BesideOneThatIsLikeIt_TakesItsBatchSizesAndMeasuresNothing()
    {
        files.Add("m", "1", "two_in_two_out");
        var loader = new ModelLoader(new OnnxModelRunnerFactory(), new NoCheck(), new() { IntraOpThreads = 1 }, TimeProvider.System, logger);
        var (version, cancellationToken) = (Assert.Single(Chosen(files.Root)), TestContext.Current.CancellationToken);
        var (serves, _) = await loader.LoadAsync(version, isBeside: false, known: null, cancellationToken);
        using var known = serves!;

        var (comes, _) = await loader.LoadAsync(version, isBeside: true, known, cancellationToken);

        using var like = comes!;
        var (before, after) = (Assert.Single(known.BatchSizes.Shapes).Table, Assert.Single(like.BatchSizes.Shapes).Table);
        Assert.NotEmpty(before.Times);
        Assert.Equal(before.Times.Select(time => time.Rows), after.Times.Select(time => time.Rows));
        Assert.All(before.Times.Zip(after.Times), pair => Assert.InRange(pair.First.Milliseconds - pair.Second.Milliseconds, -Tick, Tick));
        Assert.Equal(before.Chosen, after.Chosen);
    }

    [Theory]
    [InlineData("dynamic_hw", new long[] { 1, 1, 2, 3 })]
    [InlineData("fails_on_negative", new long[] { 1, 4 })]
    public async Task LoadAsync_BesideOneThatHasAnswered_IsRehearsedWithItsJobs(string model, long[] shape)
    {
        files.Add("m", "1", model);
        var loader = new ModelLoader(new OnnxModelRunnerFactory(), new NoCheck(), new() { IntraOpThreads = 1 }, TimeProvider.System, logger);
        var (version, cancellationToken) = (Assert.Single(Chosen(files.Root)), TestContext.Current.CancellationToken);
        var (serves, _) = await loader.LoadAsync(version, isBeside: false, known: null, cancellationToken);
        using var known = serves!;
        Answer(known, shape);
        Assert.Null(known.BatchSafe);

        var (comes, _) = await loader.LoadAsync(version, isBeside: true, known, cancellationToken);

        using var like = comes!;
        Assert.True(like.BatchSafe);
        Assert.NotEmpty(like.BatchSizes.For(TensorBatch.ShapeKey(known.Samples.Jobs[0])).Times);
        Assert.DoesNotContain("RehearsalFailed", logger.Events);
    }

    [Fact]
    public async Task LoadAsync_RefusesWhatTheOneBeforeAnswered_ServesAllTheSame()
    {
        files.Add("m", "1", "fails_on_negative");
        var loader = new ModelLoader(new OnnxModelRunnerFactory(), new NoCheck(), new() { IntraOpThreads = 1 }, TimeProvider.System, logger);
        var (version, cancellationToken) = (Assert.Single(Chosen(files.Root)), TestContext.Current.CancellationToken);
        var (serves, _) = await loader.LoadAsync(version, isBeside: false, known: null, cancellationToken);
        using var known = serves!;
        Answer(known, [1, 4], sign: -1);

        var (comes, _) = await loader.LoadAsync(version, isBeside: true, known, cancellationToken);

        using var like = comes!;
        Assert.Null(like.BatchSafe);
        Assert.Contains("RehearsalFailed", logger.Events);
    }

    /// <summary>As if it had answered three jobs.</summary>
    private static void Answer(LoadedModel model, long[] shape, int sign = 1)
    {
        var input = Assert.Single(model.Info.Signature.Inputs);
        for (var job = 1; job <= 3; job++)
        {
            float[] row = [.. Enumerable.Range(job, (int)shape.Aggregate((one, other) => one * other)).Select(number => (float)sign * number)];
            model.Samples.Offer(model.Info.Signature, [TestTensors.Floats(input.Name, shape, row)], now: job * 1000);
        }
    }

    private LoadedModel? Load() => Load(Assert.Single(Chosen(files.Root)));

    private static IReadOnlyList<FoundVersion> Chosen(string root) => RolloutPlan.Of(new ModelRepository(root, new RecordingLogger<ModelRepository>()).Scan(), [], []).Load;

    private LoadedModel? Load(FoundVersion found) => new ModelLoader(new OnnxModelRunnerFactory(), new NoCheck(), new() { IntraOpThreads = 1 }, TimeProvider.System, logger).LoadAsync(found, isBeside: false, known: null, TestContext.Current.CancellationToken).GetAwaiter().GetResult().Model;

    private sealed class NoCheck : QueueInference.Worker.Models.Checking.IModelCheck
    {
        /// <summary>The process that checks has tests of its own.</summary>
        public QueueInference.Worker.Models.Checking.CheckedModel Run(FoundVersion found, CancellationToken cancellationToken) => new(null, 0);
    }

    /// <summary>Remembers whether it was called on threads of the pool, of which there is one where a container has one core.</summary>
    private sealed class RecordingThreads : IModelRunnerFactory, QueueInference.Worker.Models.Checking.IModelCheck
    {
        public List<bool> ArePooled { get; } = [];

        public IModelRunner Create(string path, InferenceOptions options)
        {
            ArePooled.Add(Thread.CurrentThread.IsThreadPoolThread);
            return new OnnxModelRunnerFactory().Create(path, options);
        }

        public QueueInference.Worker.Models.Checking.CheckedModel Run(FoundVersion found, CancellationToken cancellationToken)
        {
            ArePooled.Add(Thread.CurrentThread.IsThreadPoolThread);
            return new(null, 0);
        }
    }
}
