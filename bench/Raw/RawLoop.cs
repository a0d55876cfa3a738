using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace QueueInference.Bench.Raw;

/// <summary>How a raw loop runs.</summary>
/// <param name="Batch">Rows of each run.</param>
/// <param name="Threads">Threads of each run.</param>
/// <param name="Spinning">Whether they spin while they wait.</param>
/// <param name="Loops">Loops side by side.</param>
/// <param name="Provider">Where.</param>
internal sealed record RawSetup(int Batch, int Threads, bool Spinning, int Loops = 1, string Provider = ExecutionProviders.Cpu)
{
    public override string ToString() => $"batch {Batch}, {Threads} threads{(Spinning ? ", spinning" : "")}{(Loops > 1 ? $", {Loops} loops" : "")}";
}

/// <summary>ONNX Runtime in a loop over the same memory: no queue, no copy, nothing to wait for.</summary>
internal sealed class RawLoop : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly List<OrtValue> _inputs = [], _outputs = [];
    private readonly string[] _names;
    private readonly int _batch;

    /// <param name="path">The model.</param>
    /// <param name="row">One row, of which the batch is made.</param>
    /// <param name="setup">How.</param>
    public RawLoop(string path, Tensor[] row, RawSetup setup)
    {
        using var options = Options(setup);
        (_session, _batch) = (new InferenceSession(path, options), setup.Batch);
        _names = [.. row.Select(tensor => tensor.Name)];
        _inputs.AddRange(row.Select(Repeat));
        using var first = _session.Run(_options, _names, _inputs, _session.OutputNames);
        _outputs.AddRange(first.Select(output => Like(output)));
    }

    /// <summary>Rows per second over this time.</summary>
    public double Measure(TimeSpan time)
    {
        Run(); // Once for its memory.
        var (watch, runs) = (Stopwatch.StartNew(), 0);
        do
        {
            Run();
            runs++;
        }
        while (watch.Elapsed < time);
        return runs * _batch / watch.Elapsed.TotalSeconds;
    }

    public void Run() => _session.Run(_options, _names, _inputs, _session.OutputNames, _outputs);

    public void Dispose()
    {
        _inputs.Concat(_outputs).ToList().ForEach(value => value.Dispose());
        _options.Dispose();
        _session.Dispose();
    }

    /// <summary>Those of the worker, but for spinning, which is on by default.</summary>
    private static SessionOptions Options(RawSetup setup) => setup.Spinning
        ? new SessionOptions { IntraOpNumThreads = setup.Threads }
        : SessionOptionsFactory.Create(new InferenceOptions { IntraOpThreads = setup.Threads, ExecutionProviders = [setup.Provider] });

    private OrtValue Repeat(Tensor row)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, row.Datatype.ToOrt(), [_batch, .. row.Shape[1..]]);
        var data = value.GetTensorMutableRawData();
        for (var i = 0; i < _batch; i++)
        {
            row.Data.Span.CopyTo(data[(i * row.Data.Length)..]);
        }

        return value;
    }

    private static OrtValue Like(OrtValue output)
    {
        var info = output.GetTensorTypeAndShape();
        return OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, info.ElementDataType, info.Shape);
    }
}
