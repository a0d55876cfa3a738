using System.Security.Cryptography;
using System.Text;
using QueueInference.Core.Messaging;

namespace QueueInference.Core.DeadLetters;

/// <summary>A message that nobody works on any more, as it is shown; its body lies beside it.</summary>
/// <param name="Id">Made from the message, so that one that is kept again is the same.</param>
/// <param name="Kind">Why it is here: <c>dead</c>, the broker gave it up; <c>parked</c>, no worker could read it.</param>
/// <param name="Queue">The queue it came from and goes back to; null where that is not known.</param>
/// <param name="Reason">What the broker or the worker said.</param>
/// <param name="Deaths">How often it has died in that queue.</param>
/// <param name="DiedAt">When, in Unix seconds times 1000 as the broker tells it; null where it does not.</param>
/// <param name="Bytes">Size of the body.</param>
/// <param name="FormatVersion">The body's format version; null where it has none.</param>
/// <param name="Model">The model of its jobs, where this build can read it.</param>
/// <param name="Jobs">The ids of its jobs, where this build can read it.</param>
public sealed record DeadLetter(
    string Id, string Kind, string? Queue, string Reason, long Deaths, long? DiedAt, int Bytes, int? FormatVersion, string? Model, IReadOnlyList<string>? Jobs)
{
    /// <summary>When it was kept, Unix ms; also its place in the list.</summary>
    public long KeptAt { get; init; }

    /// <summary>A letter as it was found.</summary>
    /// <param name="source">The queue that it lay in: <see cref="QueueNames.Dead"/> or <see cref="QueueNames.Parked"/>.</param>
    /// <param name="messageId">What its sender called it, or nothing.</param>
    /// <param name="death">What is known of its end.</param>
    /// <param name="body">Its body, which may be anything.</param>
    public static DeadLetter Of(string source, string? messageId, Death death, ReadOnlyMemory<byte> body)
    {
        var first = JobGroupCodec.TryDecode(body, out var jobs) ? jobs[0].Spec : null;
        return new(
            IdOf(source, messageId, body.Span), source == QueueNames.Parked ? "parked" : "dead",
            death.Queue ?? (first is null ? null : QueueNames.Of(first)), death.Reason ?? "unknown", death.Count, death.At,
            body.Length, JobGroupCodec.VersionOf(body.Span), first?.Model, first is null ? null : [.. jobs.Select(job => job.Id)]);
    }

    private static string IdOf(string source, string? messageId, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{source}\n{messageId}\n"));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset()[..12]);
    }
}

/// <summary>What a message's headers tell of its end.</summary>
/// <param name="Queue">Where it died.</param>
/// <param name="Reason">Such as <c>delivery_limit</c>.</param>
/// <param name="Count">How often.</param>
/// <param name="At">When, Unix ms.</param>
public sealed record Death(string? Queue, string? Reason, long Count, long? At);
