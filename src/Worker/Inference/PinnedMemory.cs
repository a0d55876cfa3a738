using System.Buffers;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>Host memory from an allocator of the session: for CUDA the page-locked kind, which the device copies from and to without a detour.</summary>
/// <remarks>Written against the CPU's allocator, with which the tests run it; on CUDA it has never run.</remarks>
internal sealed class PinnedMemory(InferenceSession session, OrtMemoryInfo info) : IDisposable
{
    private readonly OrtAllocator allocator = new(session, info);

    /// <summary>The page-locked memory of a CUDA device.</summary>
    /// <param name="session">A session with the CUDA provider.</param>
    /// <param name="device">Its device, such as <c>cuda:0</c>.</param>
    /// <exception cref="OnnxRuntimeException">The session has no such allocator.</exception>
    public static PinnedMemory OfCuda(InferenceSession session, string device) => new(session, new OrtMemoryInfo(
        OrtMemoryInfo.allocatorCUDA_PINNED, OrtAllocatorType.DeviceAllocator,
        int.Parse(device.AsSpan(device.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture), OrtMemType.Default));

    /// <summary>Takes a piece of it; given back when disposed, which must come before this is.</summary>
    public IMemoryOwner<byte> Allocate(int bytes) => new PinnedBuffer(allocator.Allocate((uint)Math.Max(bytes, 1)), bytes);

    /// <summary>Runs with outputs placed in this memory, except strings, which are no device's business.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(RunOptions options, OrtInputs inputs, IReadOnlyList<TensorSpec> outputs)
    {
        using var binding = session.CreateIoBinding();
        foreach (var (name, value) in inputs.Names.Zip(inputs.Values))
        {
            binding.BindInput(name, value);
        }

        foreach (var output in outputs)
        {
            binding.BindOutputToDevice(output.Name, output.Datatype == TensorDatatype.Bytes ? OrtMemoryInfo.DefaultInstance : info);
        }

        binding.SynchronizeBoundInputs();
        session.RunWithBinding(options, binding);
        binding.SynchronizeBoundOutputs();
        return binding.GetOutputValues();
    }

    public void Dispose()
    {
        allocator.Dispose();
        info.Dispose();
    }

    private sealed unsafe class PinnedBuffer(OrtMemoryAllocation memory, int length) : UnmovableMemory
    {
        protected override void* Address => memory.IsClosed ? null : (void*)memory.DangerousGetHandle();

        protected override int Length => length;

        protected override void Dispose(bool disposing) => memory.Dispose();
    }
}
