namespace QueueInference.Core.Payloads;

/// <summary>Cuts memory into what a payload store takes at a time.</summary>
public static class PayloadPieces
{
    /// <summary>The largest piece: small enough that no store is held up by one.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The memories, one after another, in pieces.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Cut(IEnumerable<ReadOnlyMemory<byte>> memories)
    {
        foreach (var memory in memories)
        {
            for (var rest = memory; !rest.IsEmpty; rest = rest[Math.Min(MaxBytes, rest.Length)..])
            {
                yield return rest[..Math.Min(MaxBytes, rest.Length)];
            }
        }
    }
}
