using System.Globalization;
using OptionsByProvider = System.Collections.Generic.IReadOnlyDictionary<string, System.Collections.Generic.IReadOnlyDictionary<string, string>>;

namespace QueueInference.Worker.Inference;

/// <summary>Finds what is wrong with a list of execution providers and their options, as far as it can be seen without a device.</summary>
internal static class ProviderFaults
{
    /// <summary>Every fault, each a sentence; nothing when all is well. Names of options are left to ONNX Runtime, which knows them.</summary>
    public static IReadOnlyList<string> Of(InferenceOptions options) => Of(options.ExecutionProviders, options.ProviderOptions);

    private static string[] Of(IReadOnlyList<string> providers, OptionsByProvider options) =>
        [.. OfList(providers), .. options.Keys.SelectMany(provider => OfOptions(provider, providers, options)), .. OfDevices(providers, options)];

    private static IEnumerable<string> OfList(IReadOnlyList<string> providers)
    {
        foreach (var unknown in providers.Where(provider => !ExecutionProviders.IsKnown(provider)))
        {
            yield return $"The execution provider '{unknown}' is not known; use tensorrt, cuda or cpu.";
        }

        if (providers.Count == 0 || providers.Distinct().Count() < providers.Count)
        {
            yield return "The list of execution providers is empty or names one twice.";
        }

        // ONNX Runtime asks the CPU last, whatever the list says.
        if (providers.Contains(ExecutionProviders.Cpu) && providers[^1] != ExecutionProviders.Cpu)
        {
            yield return "The execution provider cpu can only be the last of the list.";
        }
    }

    private static IEnumerable<string> OfOptions(string provider, IReadOnlyList<string> providers, OptionsByProvider options)
    {
        if (!providers.Contains(provider))
        {
            yield return $"There are options for the execution provider '{provider}', which is not in the list.";
        }
        else if (provider == ExecutionProviders.Cpu && options[provider].Count > 0)
        {
            yield return "The execution provider cpu takes no options.";
        }
        else if (!int.TryParse(ProviderOptions.DeviceId(provider, options), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            yield return $"The device_id of {provider} must be 0 or more.";
        }
    }

    private static IEnumerable<string> OfDevices(IReadOnlyList<string> providers, OptionsByProvider options) =>
        providers.Where(provider => provider != ExecutionProviders.Cpu).Select(provider => ProviderOptions.DeviceId(provider, options)).Distinct().Count() > 1
            ? ["The device_id of tensorrt and cuda must be the same: a model runs on one GPU."]
            : [];
}
