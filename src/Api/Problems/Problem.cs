namespace QueueInference.Api.Problems;

/// <summary>One refusal, ready to be written as <c>application/problem+json</c> (RFC 9457).</summary>
/// <param name="Slug">A slug of <see cref="ProblemTypes"/>.</param>
/// <param name="Detail">What happened this time. Never anything the client sent as payload, a name or a label.</param>
internal sealed record Problem(string Slug, string Detail)
{
    /// <summary>Where in the request it went wrong.</summary>
    public IReadOnlyList<ProblemPart> Errors { get; init; } = [];

    /// <summary>Further members of the body, such as <c>job_id</c>.</summary>
    public IReadOnlyDictionary<string, string> Extensions { get; init; } = new Dictionary<string, string>();

    /// <summary>Seconds after which a repeat may succeed; sent as <c>Retry-After</c>, and in the body, because a part of a bulk has no headers.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The catalogue's entry.</summary>
    public ProblemType Type { get; } = ProblemTypes.Get(Slug);

    /// <summary>A problem at one place of the request body.</summary>
    public static Problem At(string slug, string pointer, string detail) => new(slug, detail) { Errors = [new(pointer, detail)] };
}

/// <summary>One place of the request that is wrong.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901); empty for the whole body.</param>
/// <param name="Detail">What is wrong there.</param>
internal sealed record ProblemPart(string Pointer, string Detail);
