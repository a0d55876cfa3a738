using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.WebUtilities;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;

namespace QueueInference.Api.Bulk;

/// <summary>Reads the parts of a <c>multipart/mixed</c> body. Each is what a single call would be: headers and body, JSON or binary.</summary>
internal static class MultipartItems
{
    private const int BufferBytes = 16 << 10;

    /// <summary>Reads up to the last boundary.</summary>
    /// <param name="body">Where from.</param>
    /// <param name="boundary">What separates the parts.</param>
    /// <param name="most">Bytes that one part may have; a larger one is skipped and refused.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ProblemException">The parts cannot be told apart; what was read before stands.</exception>
    public static async IAsyncEnumerable<BulkItem> ReadAsync(
        Stream body, string boundary, int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(boundary, body, BufferBytes);
        while (await OrBrokenAsync(() => reader.ReadNextSectionAsync(cancellationToken), cancellationToken) is { } part)
        {
            yield return await OrBrokenAsync(() => TakeAsync(part, most, cancellationToken), cancellationToken);
        }
    }

    private static async Task<BulkItem> TakeAsync(MultipartSection part, int most, CancellationToken cancellationToken)
    {
        try
        {
            var headers = new HeaderDictionary(part.Headers);
            var (length, key) = (RequestHeaders.RequireBody(headers), RequestHeaders.IdempotencyKey(headers));
            return new(await RequestBody.ReadAsync(part.Body, null, most, cancellationToken), null, length, key);
        }
        catch (ProblemException e)
        {
            // What is left of the part is skipped when the next is looked for.
            return new(null, e.Problem);
        }
    }

    private static async Task<T> OrBrokenAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw new ProblemException(new Problem("malformed-multipart",
                "The body ends before its last boundary, or a part has too many headers. Nothing after it was read."));
        }
    }
}
