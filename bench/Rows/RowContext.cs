using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>What a row is given.</summary>
internal sealed record RowContext(Servers Servers, BenchOptions Options);

/// <summary>One number, its goal, and how it is taken.</summary>
internal sealed record Row(string Id, string Goal, string What, Func<RowContext, Task<Outcome>> Run);
