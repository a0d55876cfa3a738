namespace QueueInference.Tests.Worker.Inference;

/// <summary>Makes options of execution providers.</summary>
internal static class TestProviders
{
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Options(params (string Provider, string Name, string Value)[] options) =>
        options.GroupBy(option => option.Provider).ToDictionary(
            group => group.Key, group => (IReadOnlyDictionary<string, string>)group.ToDictionary(option => option.Name, option => option.Value));
}
