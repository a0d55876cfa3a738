using QueueInference.Api.Problems;

namespace QueueInference.Api.Requests;

/// <summary>Reads a whole body, but never more than allowed.</summary>
internal static class RequestBody
{
    /// <exception cref="ProblemException">It is larger than <paramref name="most"/> bytes.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        if (request.ContentLength > most)
        {
            throw TooLarge(most);
        }

        var body = new MemoryStream((int)(request.ContentLength ?? 4096));
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (body.Length + read > most)
            {
                throw TooLarge(most);
            }

            body.Write(chunk, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static ProblemException TooLarge(int most) => new(new Problem("payload-too-large", $"A request body may have {most} bytes."));
}
