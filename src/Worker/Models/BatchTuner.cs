using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>Measures how long batches of each size take, before there are jobs. This also makes the runtime find its kernels and memory.</summary>
internal sealed class BatchTuner(IModelRunner runner, TimeProvider time)
{
    // The first run of a size is for its memory; five tell its time. One size is run in any case, three times.
    private const int Passes = 6, LeastPasses = 3;

    // 256 rows of the largest jobs there are.
    private const int MostBytes = 256 << 20;

    // A single run may take so much of the budget.
    private const int Share = 4;

    /// <summary>Runs the sizes of a shape that is known from a version like this one, and measures those of another.</summary>
    /// <param name="table">What is known of the shape; what is measured goes here.</param>
    /// <param name="one">Inputs of one row.</param>
    /// <param name="inputs">Makes the inputs of so many rows.</param>
    /// <param name="budget">How long the measuring may take.</param>
    /// <exception cref="InferenceException">The model refuses the inputs.</exception>
    public void WarmOrMeasure(BatchSizeTable table, IReadOnlyList<Tensor> one, Func<int, IReadOnlyList<Tensor>> inputs, TimeSpan budget)
    {
        var mostRows = Math.Max(1, MostBytes / Math.Max(1, one.Sum(input => input.Data.Length)));
        if (table.Times.Count > 0)
        {
            Warm(table, inputs, mostRows);
        }
        else
        {
            Measure(table, inputs, mostRows, budget);
        }
    }

    /// <summary>Fills a table. All sizes are run in turns, so that a short disturbance meets each of them once.</summary>
    /// <param name="table">What is measured goes here.</param>
    /// <param name="inputs">Makes the inputs of so many rows.</param>
    /// <param name="mostRows">Rows that such inputs may have at most; jobs may go beyond.</param>
    /// <param name="budget">How long it may take.</param>
    /// <exception cref="InferenceException">The model refuses the inputs.</exception>
    public void Measure(BatchSizeTable table, Func<int, IReadOnlyList<Tensor>> inputs, int mostRows, TimeSpan budget)
    {
        var started = time.GetTimestamp();
        for (var pass = 0; pass < Passes; pass++)
        {
            foreach (var size in table.Sizes.TakeWhile(size => size <= mostRows && IsWorthARun(table.Times, size, pass, budget, time.GetElapsedTime(started))))
            {
                if (!Run(table, size, inputs(size), isMeasured: true))
                {
                    break;
                }
            }
        }
    }

    /// <summary>Runs each size that jobs may have soon, for its memory, and measures nothing: beside jobs of other versions no time means much.</summary>
    /// <param name="table">What is known of a model that is like this one.</param>
    /// <param name="inputs">Makes the inputs of so many rows.</param>
    /// <param name="mostRows">Rows that such inputs may have at most.</param>
    /// <exception cref="InferenceException">The model refuses the inputs.</exception>
    public void Warm(BatchSizeTable table, Func<int, IReadOnlyList<Tensor>> inputs, int mostRows)
    {
        foreach (var size in table.Sizes.TakeWhile(size => size <= Math.Min(mostRows, 2 * table.Chosen)))
        {
            if (!Run(table, size, inputs(size), isMeasured: false))
            {
                break;
            }
        }
    }

    private static bool IsWorthARun(IReadOnlyList<BatchTime> times, int size, int pass, TimeSpan budget, TimeSpan spent)
    {
        if (times.LastOrDefault(time => time.Rows <= size) is not { } nearest || (size == 1 && pass < LeastPasses))
        {
            return true;
        }

        var expected = TimeSpan.FromMilliseconds(nearest.RowCost * size);
        return spent < budget && (size == 1 || expected * Share <= budget) && !BatchChoice.Falls([.. times.Where(time => time.Rows < size)]);
    }

    /// <summary>Runs once; false when memory ran out.</summary>
    private bool Run(BatchSizeTable table, int rows, IReadOnlyList<Tensor> inputs, bool isMeasured)
    {
        try
        {
            var started = time.GetTimestamp();
            runner.Run(inputs).Dispose();
            if (isMeasured)
            {
                table.Observe(rows, time.GetElapsedTime(started));
            }

            return true;
        }
        catch (InferenceException e) when (e.Failure == InferenceFailure.OutOfMemory && rows > 1)
        {
            table.OutOfMemory(rows);
            return false;
        }
    }
}
