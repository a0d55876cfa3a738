namespace QueueInference.Api.Problems;

/// <summary>Carries a refusal from deep inside request handling to <see cref="ProblemBoundary"/>, the one place that answers.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Slug)
{
    /// <summary>A problem at one place of the request body.</summary>
    public ProblemException(string slug, string pointer, string detail)
        : this(Problem.At(slug, pointer, detail))
    {
    }

    /// <summary>What to answer.</summary>
    public Problem Problem { get; } = problem;
}
