using System.Text;
using QueueInference.Api.Bulk;

namespace QueueInference.Tests.Api.Bulk;

/// <summary>A stream that hands its bytes out in the pieces it is told to.</summary>
internal sealed class Cut(byte[] bytes, Func<int, int> size) : MemoryStream(bytes)
{
    /// <summary>Two pieces.</summary>
    public static Cut At(string text, int place) => new(Encoding.UTF8.GetBytes(text), position => position < place ? place - position : int.MaxValue);

    /// <summary>As many pieces as bytes.</summary>
    public static Cut Everywhere(string text) => new(Encoding.UTF8.GetBytes(text), _ => 1);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, size((int)Position))], cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        base.ReadAsync(buffer, offset, Math.Min(count, size((int)Position)), cancellationToken);

    /// <summary>The texts of items; a refused one by its slug, and what broke the stream at the end.</summary>
    public static async Task<List<string>> TextsAsync(IAsyncEnumerable<BulkItem> items)
    {
        var texts = new List<string>();
        try
        {
            await foreach (var item in items)
            {
                using (item)
                {
                    texts.Add(item.Body is null ? $"refused {item.Refusal!.Slug}" : Encoding.UTF8.GetString(item.Body.Memory.Span));
                }
            }
        }
        catch (QueueInference.Api.Problems.ProblemException e)
        {
            texts.Add($"broken {e.Problem.Slug}");
        }

        return texts;
    }
}
