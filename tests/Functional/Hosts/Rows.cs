using System.Globalization;
using System.Text;

namespace QueueInference.Functional.Hosts;

/// <summary>Jobs for models that take one number a row.</summary>
internal static class Rows
{
    public static HttpContent Of(string model, float value) => new StringContent(
        string.Create(CultureInfo.InvariantCulture, $$"""{"model":"{{model}}","inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"data":[{{value}}]}]}"""), Encoding.UTF8, "application/json");
}
