using System.Text;

namespace QueueInference.Functional.Http;

/// <summary>Bodies of submissions.</summary>
internal static class Bodies
{
    /// <summary>Stands where a caller's data would; no refusal may repeat it.</summary>
    public const string Canary = "canary";

    /// <summary>What every tensor below is, unless a test says otherwise.</summary>
    public const string Input = """{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}""";

    /// <summary>A sample picture of a digit.</summary>
    public static string Digit(int digit) => File.ReadAllText(Path.Combine(StandaloneServer.Root, "models", "digits", "samples", $"{digit}.json"));

    /// <summary>A job; <paramref name="more"/> begins with a comma.</summary>
    public static string Job(string model = "identity_fp32", string inputs = Input, string more = "") =>
        $$"""{"model":"{{model}}","metadata":{"order":"{{Canary}}"},"inputs":[{{inputs}}]{{more}}}""";

    /// <summary>A job for the model that counts; some 600,000 steps take a second, 10^15 take for ever.</summary>
    public static string Busy(long steps, string more = "") =>
        Job("busy", $$"""{"name":"steps","datatype":"INT64","shape":[1],"data":[{{steps}}]}""", more);

    /// <summary>A JSON body with its content type.</summary>
    public static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
