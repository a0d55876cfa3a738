namespace QueueInference.Worker.Batching;

/// <summary>What was measured of one batch size.</summary>
/// <param name="Rows">Rows run together.</param>
/// <param name="Milliseconds">How long a run takes: the lower quartile of the last ones.</param>
/// <param name="Samples">How many runs that is taken from.</param>
internal sealed record BatchTime(int Rows, double Milliseconds, int Samples)
{
    /// <summary>Milliseconds for each row.</summary>
    public double RowCost => Milliseconds / Rows;
}
