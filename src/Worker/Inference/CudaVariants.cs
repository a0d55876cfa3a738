namespace QueueInference.Worker.Inference;

/// <summary>What is worth measuring on CUDA: how convolutions are chosen.</summary>
internal static class CudaVariants
{
    // Each was seen three times faster than another for one model and three times slower for the next. The first needs no search at new shapes.
    private static readonly string[] Searches = ["HEURISTIC", "EXHAUSTIVE", "DEFAULT"];

    /// <summary>One for each way where CUDA comes first and nothing was configured; else the options as they are.</summary>
    public static IReadOnlyList<InferenceOptions> Of(InferenceOptions options) =>
        options.ExecutionProviders is [ExecutionProviders.Cuda, ..] && !IsChosen(options) ? [.. Searches.Select(search => With(options, search))] : [options];

    private static bool IsChosen(InferenceOptions options) =>
        options.ProviderOptions.TryGetValue(ExecutionProviders.Cuda, out var cuda) && cuda.ContainsKey(ProviderOptions.ConvAlgoSearch);

    private static InferenceOptions With(InferenceOptions options, string search) => options.For(null, new Dictionary<string, IReadOnlyDictionary<string, string>>
    {
        [ExecutionProviders.Cuda] = new Dictionary<string, string> { [ProviderOptions.ConvAlgoSearch] = search },
    });
}
