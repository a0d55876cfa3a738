using System.Buffers.Text;
using System.Text;

namespace QueueInference.Bench.Load;

/// <summary>Reads answers without making objects of them.</summary>
internal static class Answer
{
    private const float Tolerance = 1e-3f;

    /// <summary>Null when the job ended as it had to: with these values, or failed where none are expected. Else what is wrong.</summary>
    public static string? Fault(int status, ReadOnlySpan<byte> body, float[]? expected)
    {
        if (status != 200)
        {
            return $"{status}: {Text(body)}";
        }

        if (expected is null)
        {
            return body.IndexOf("\"state\":\"failed\""u8) >= 0 ? null : $"poison did not fail: {Text(body)}";
        }

        var start = body.IndexOf("\"data\":["u8);
        return start < 0 ? Text(body) : Compare(body[(start + 8)..], expected) ? null : $"wrong values: {Text(body)}";
    }

    /// <summary>The id of a job.</summary>
    public static string Id(ReadOnlySpan<byte> body)
    {
        var start = body.IndexOf("\"id\":\""u8) + 6;
        return Encoding.ASCII.GetString(body.Slice(start, body[start..].IndexOf((byte)'"')));
    }

    private static bool Compare(ReadOnlySpan<byte> data, float[] expected)
    {
        var scale = Math.Max(1, expected.Max(Math.Abs));
        foreach (var value in expected)
        {
            if (!Utf8Parser.TryParse(data, out float actual, out var length) || !(Math.Abs(actual - value) <= Tolerance * scale))
            {
                return false;
            }

            data = data[(length + 1)..];
        }

        return true;
    }

    private static string Text(ReadOnlySpan<byte> body) => Encoding.UTF8.GetString(body[..Math.Min(body.Length, 300)]);
}
