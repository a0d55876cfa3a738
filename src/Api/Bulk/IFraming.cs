namespace QueueInference.Api.Bulk;

/// <summary>Finds the items in a stream of bytes. Each byte is looked at once, wherever the stream happens to be cut.</summary>
internal interface IFraming
{
    /// <summary>Looks at the next bytes, at least one; the caller comes back with those that were not used.</summary>
    /// <exception cref="Problems.ProblemException">The stream is broken here, and no later item can be found.</exception>
    FrameStep Step(ReadOnlySpan<byte> bytes);

    /// <summary>The stream has ended; answers whether that ends an item too.</summary>
    /// <exception cref="Problems.ProblemException">It ended too early.</exception>
    bool End();
}

/// <summary>What the next bytes of a stream are.</summary>
/// <param name="Used">How many were looked at.</param>
/// <param name="Item">How many of them, from the first, belong to the item under way.</param>
/// <param name="Ended">Whether that item is whole.</param>
internal readonly record struct FrameStep(int Used, int Item, bool Ended);
