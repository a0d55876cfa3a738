namespace QueueInference.Api.Problems;

/// <summary>A kind of problem: the part of the answer that is the same each time.</summary>
/// <param name="Slug">Its stable name; the problem's type is <c>/problems/{slug}</c>.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">A short sentence for people.</param>
internal sealed record ProblemType(string Slug, int Status, string Title);
