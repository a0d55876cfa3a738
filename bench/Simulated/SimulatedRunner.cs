using System.Buffers;
using System.Runtime.InteropServices;
using QueueInference.Bench.Load;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Bench.Simulated;

/// <summary>Doubles its 16 numbers on a simulated device; a row that begins with a negative number makes the whole run fail.</summary>
internal sealed class SimulatedRunner(Accelerator accelerator) : IModelRunner
{
    public const int Width = 16;

    /// <summary>One device for the process: runs take turns.</summary>
    private static readonly Lock DeviceLock = new();

    public ModelSignature Signature { get; } = new([Spec("x")], [Spec("y")]);

    public string Device => "simulated";

    /// <summary>A run has the device for itself.</summary>
    public int Slots => int.MaxValue;

    public IMemoryOwner<byte> Allocate(int bytes) => new NativeBuffer(bytes);

    public ModelOutputs Run(IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken = default)
    {
        var values = MemoryMarshal.Cast<byte, float>(inputs[0].Data.Span);
        lock (DeviceLock)
        {
            Precise.Sleep(accelerator.Time(inputs[0].Shape[0]));
        }

        var doubled = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            doubled[i] = i % Width == 0 && values[i] < 0
                ? throw new InferenceException(InferenceFailure.Failed, "The simulated device met poison.")
                : values[i] * 2;
        }

        return new([new("y", TensorDatatype.Fp32, inputs[0].Shape, MemoryMarshal.AsBytes(doubled.AsSpan()).ToArray())]);
    }

    public void Dispose()
    {
        // It holds nothing.
    }

    private static TensorSpec Spec(string name) => new(name, TensorDatatype.Fp32, [-1, Width], ["batch", ""]);
}

/// <summary>Whatever the file is, it runs on the simulated device.</summary>
internal sealed class SimulatedRunnerFactory(Accelerator accelerator) : IModelRunnerFactory
{
    public IModelRunner Create(string path, InferenceOptions options) => new SimulatedRunner(accelerator);
}
