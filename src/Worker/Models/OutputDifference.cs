using System.Globalization;

namespace QueueInference.Worker.Models;

/// <summary>An output that is not what it should be.</summary>
/// <param name="Output">Its name.</param>
/// <param name="Largest">The largest difference of two numbers; infinite where they cannot be compared at all.</param>
internal sealed record OutputDifference(string Output, double Largest)
{
    public override string ToString() => double.IsFinite(Largest)
        ? string.Create(CultureInfo.InvariantCulture, $"the output '{Output}' differs by up to {Largest:G3}")
        : $"the output '{Output}' is another one";
}
