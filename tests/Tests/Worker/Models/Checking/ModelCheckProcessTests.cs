using QueueInference.Worker.Models;
using QueueInference.Worker.Models.Checking;
using Xunit;

namespace QueueInference.Tests.Worker.Models.Checking;

public sealed class ModelCheckProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryRepository _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Run_GoodAndBadFiles_OnlyTheBadAreRefused()
    {
        using var check = new ModelCheckProcess(ModelCheckProcess.Own, Patience, long.MaxValue);
        var whole = File.ReadAllBytes(TestModels.PathOf("two_in_two_out"));

        check.Run(Version(whole), TestContext.Current.CancellationToken);
        foreach (var bad in new[] { whole[..^20], "This is no model."u8.ToArray(), [] })
        {
            Assert.Matches("^ONNX Runtime cannot load [0-9a-f]{32}.onnx: [A-Z][^:]*\\. Is it a whole ONNX model", Refusal(check, Version(bad)));
        }

        check.Run(Version(whole), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Run_FileThatTakesTooMuchMemory_IsRefused()
    {
        using var check = new ModelCheckProcess(ModelCheckProcess.Own, Patience, mostBytes: 1 << 20);

        Assert.Contains("more than 1 MiB of memory", Refusal(check, Version(File.ReadAllBytes(TestModels.PathOf("two_in_two_out")))), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FileThatEndsTheProcess_IsRefusedAndTheNextIsTried()
    {
        using var check = new ModelCheckProcess(["sh", "-c", "read path; kill -9 $$"], Patience, long.MaxValue);

        Assert.Contains("ends the process that loads it (exit code 137)", Refusal(check, Version([])), StringComparison.Ordinal);
        Assert.Contains("ends the process that loads it (exit code 137)", Refusal(check, Version([])), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FileThatNeverComesBack_IsRefused()
    {
        using var check = new ModelCheckProcess(["sleep", "600"], TimeSpan.FromSeconds(1), long.MaxValue);

        Assert.Contains("longer than 1 seconds", Refusal(check, Version([])), StringComparison.Ordinal);
    }

    /// <summary>A process that dies between two files has died of the first, and the second is not to blame.</summary>
    [Fact]
    public void Run_ProcessThatDiesAfterAnAnswer_IsReplaced()
    {
        using var check = new ModelCheckProcess(["sh", "-c", "read path; echo good"], Patience, long.MaxValue);

        check.Run(Version([]), TestContext.Current.CancellationToken);
        check.Run(Version([]), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Run_WorkerThatStops_DoesNotWaitForTheFile()
    {
        using var check = new ModelCheckProcess(["sleep", "600"], Patience, long.MaxValue);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        Assert.ThrowsAny<OperationCanceledException>(() => check.Run(Version([]), stop.Token));
    }

    private static string Refusal(ModelCheckProcess check, FoundVersion version) => Assert.Throws<InvalidDataException>(() => check.Run(version, TestContext.Current.CancellationToken)).Message;

    private FoundVersion Version(byte[] bytes)
    {
        var path = Path.Combine(_files.Root, $"{Guid.NewGuid():N}.onnx");
        File.WriteAllBytes(path, bytes);
        return new FoundVersion("m", 1, path, new ModelSettings());
    }
}
