using System.Text;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;
using Xunit;

namespace QueueInference.Tests.Api.Requests;

/// <summary>Bodies of submissions and the reading of them.</summary>
internal static class RequestBodies
{
    /// <summary>Stands where payload stands; no refusal may repeat it.</summary>
    public const string Canary = "canary7f3a";

    public static DateTimeOffset Now { get; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static JobRequest Read(string body, int? headerLength = null) => Read(Encoding.UTF8.GetBytes(body), headerLength);

    public static JobRequest Read(byte[] body, int? headerLength = null) =>
        JobRequestReader.Read(body, headerLength, Now, RequestLimits.Default);

    public static Problem Refusal(string body, int? headerLength = null) => Refusal(Encoding.UTF8.GetBytes(body), headerLength);

    public static Problem Refusal(byte[] body, int? headerLength = null) =>
        Assert.Throws<ProblemException>(() => Read(body, headerLength)).Problem;

    /// <summary>A job with one input.</summary>
    public static string Job(string datatype, string shape, string data) =>
        WithInput($$"""{"name":"x","datatype":"{{datatype}}","shape":{{shape}},"data":{{data}}}""");

    public static string Base64Job(string datatype, string shape, string data) =>
        WithInput($$"""{"name":"x","datatype":"{{datatype}}","shape":{{shape}},"data_base64":"{{data}}"}""");

    public static string WithInput(string input) => $$"""{"model":"m","inputs":[{{input}}]}""";

    /// <summary>A job with one further property.</summary>
    public static string With(string property) => $$"""{"model":"m","inputs":[{"name":"x","datatype":"UINT8","shape":[1],"data":[1]}],{{property}}}""";

    /// <summary>The binary form: JSON and the bytes behind it.</summary>
    public static (byte[] Body, int Length) Binary(string json, params byte[] tail)
    {
        var header = Encoding.UTF8.GetBytes(json);
        return ([.. header, .. tail], header.Length);
    }
}
