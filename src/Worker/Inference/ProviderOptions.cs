using OptionsByProvider = System.Collections.Generic.IReadOnlyDictionary<string, System.Collections.Generic.IReadOnlyDictionary<string, string>>;

namespace QueueInference.Worker.Inference;

/// <summary>Options of execution providers: by provider, then by the name ONNX Runtime has for the option.</summary>
internal static class ProviderOptions
{
    public const string ConvAlgoSearch = "cudnn_conv_algo_search";

    private const string DeviceIdKey = "device_id";

    /// <summary>No options.</summary>
    public static readonly OptionsByProvider None = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    private static readonly Dictionary<string, string> Nothing = [];

    private static readonly Dictionary<string, string> CudaDefaults = new()
    {
        // An exhaustive search costs hundreds of milliseconds at each new shape, and often buys nothing steady.
        [ConvAlgoSearch] = "HEURISTIC",
        // Powers of two would hold up to twice the memory that batches of a bounded size need.
        ["arena_extend_strategy"] = "kSameAsRequested",
    };

    /// <summary>What a provider is given: the defaults of this folder, and over them what was configured.</summary>
    public static Dictionary<string, string> Given(string provider, OptionsByProvider configured) =>
        Overlay(provider == ExecutionProviders.Cuda ? CudaDefaults : Nothing, configured.GetValueOrDefault(provider));

    /// <summary>Both; where they name the same option of a provider, the upper one counts.</summary>
    public static OptionsByProvider Overlay(OptionsByProvider lower, OptionsByProvider upper) => lower.Keys.Union(upper.Keys).ToDictionary(
        provider => provider,
        provider => (IReadOnlyDictionary<string, string>)Overlay(lower.GetValueOrDefault(provider, Nothing), upper.GetValueOrDefault(provider)));

    /// <summary>The GPU a provider is to use, as written.</summary>
    /// <value>The default is <c>0</c>.</value>
    public static string DeviceId(string provider, OptionsByProvider configured) =>
        configured.GetValueOrDefault(provider, Nothing).GetValueOrDefault(DeviceIdKey, "0");

    private static Dictionary<string, string> Overlay(IReadOnlyDictionary<string, string> lower, IReadOnlyDictionary<string, string>? upper)
    {
        var both = new Dictionary<string, string>(lower);
        foreach (var (name, value) in upper ?? Nothing)
        {
            both[name] = value;
        }

        return both;
    }
}
