namespace QueueInference.Api.Problems;

/// <summary>Registers <see cref="ProblemBoundary"/>.</summary>
internal static class ProblemBoundaryExtensions
{
    /// <summary>Answers exceptions of everything after it with problems; it comes first in the pipeline.</summary>
    public static IApplicationBuilder UseProblemBoundary(this IApplicationBuilder app) => app.UseMiddleware<ProblemBoundary>();
}
