using QueueInference.Contracts;

namespace QueueInference.Worker.Batching;

/// <summary>The open dimension along which a model's sequences run.</summary>
/// <param name="Symbol">The model's name of it.</param>
/// <param name="Specs">The inputs that have it.</param>
/// <param name="Inputs">Its axis in them, by name.</param>
/// <param name="Outputs">Its axis in outputs that have it, by name.</param>
internal sealed record SequenceAxis(string Symbol, IReadOnlyList<TensorSpec> Specs, Dictionary<string, int> Inputs, Dictionary<string, int> Outputs)
{
    private const string Setting = "'batching.sequence_axis'";

    /// <summary>Finds the axis: the named one, or the only one there is.</summary>
    /// <exception cref="InvalidDataException">There is none, or more than one, or it cannot be padded.</exception>
    public static SequenceAxis Find(ModelSignature signature, string? symbol)
    {
        Require(signature.Batchable, "'batching.sequence_buckets' needs a model whose rows can be batched.");
        var inputs = signature.Inputs.Where(input => !input.Optional).ToList();
        var candidates = Candidates(inputs);
        Require(candidates.Count > 0, "'batching.sequence_buckets' needs an input with a named open dimension besides the first.");
        Require(symbol is null ? candidates.Count == 1 : candidates.Contains(symbol), $"{Setting} must be one of {string.Join(", ", candidates.Select(name => $"\"{name}\""))}.");
        symbol ??= candidates[0];
        return new(symbol, [.. inputs.Where(input => Axes(input, symbol).Any())], Locate(inputs, symbol), Locate(signature.Outputs, symbol));
    }

    private static List<string> Candidates(List<TensorSpec> inputs)
    {
        var rows = inputs.Select(input => NameOf(input, 0)).ToHashSet(StringComparer.Ordinal);
        return [.. inputs.SelectMany(input => Enumerable.Range(1, Math.Max(0, input.Shape.Length - 1)).Select(axis => NameOf(input, axis)))
            .Where(name => name.Length > 0 && !rows.Contains(name)).Distinct(StringComparer.Ordinal)];
    }

    private static Dictionary<string, int> Locate(IReadOnlyList<TensorSpec> tensors, string symbol)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var tensor in tensors.Where(tensor => Axes(tensor, symbol).Any()))
        {
            Require(tensor.Datatype != TensorDatatype.Bytes, $"{Setting}: '{tensor.Name}' has strings along \"{symbol}\", which cannot be padded.");
            Require(Axes(tensor, symbol).Count() == 1, $"{Setting}: '{tensor.Name}' has \"{symbol}\" more than once, which cannot be padded.");
            found.Add(tensor.Name, Axes(tensor, symbol).Single());
        }

        return found;
    }

    private static IEnumerable<int> Axes(TensorSpec tensor, string symbol) =>
        Enumerable.Range(0, tensor.Shape.Length).Where(axis => NameOf(tensor, axis) == symbol);

    /// <summary>The name of an open dimension; empty where it has none or is fixed.</summary>
    private static string NameOf(TensorSpec tensor, int axis) => tensor.Shape[axis] < 0 ? tensor.Symbols.ElementAtOrDefault(axis) ?? "" : "";

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidDataException(message);
        }
    }
}
