namespace QueueInference.Core.Drift;

/// <summary>Something whose distribution is followed: the numbers of a tensor, or of one of its columns, or its labels.</summary>
/// <param name="IsInput">Of an input; else of an output.</param>
/// <param name="IsLabel">The place of the highest score in a row; else numbers.</param>
/// <param name="Name">The tensor; of a column with its number, as <c>x[3]</c>.</param>
public sealed record DriftFeature(bool IsInput, bool IsLabel, string Name)
{
    /// <summary>Its name in the store.</summary>
    public override string ToString() => $"{(IsInput ? 'i' : 'o')}{(IsLabel ? 'l' : 'n')}{Name}";

    /// <summary>The name of one of its bins in the store.</summary>
    public string Bin(int bin) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bin}:{this}");

    /// <summary>Reads what <see cref="Bin"/> wrote; null for anything else, which another release may have written.</summary>
    public static (DriftFeature Feature, int Bin)? ParseBin(string text) => text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0
        && int.TryParse(text[..colon], System.Globalization.CultureInfo.InvariantCulture, out var bin) && Parse(text[(colon + 1)..]) is { } feature ? (feature, bin) : null;

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static DriftFeature? Parse(string text) => text is ['i' or 'o', 'l' or 'n', ..] ? new(text[0] == 'i', text[1] == 'l', text[2..]) : null;
}
