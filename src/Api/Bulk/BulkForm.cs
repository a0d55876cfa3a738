using Microsoft.Net.Http.Headers;
using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;

namespace QueueInference.Api.Bulk;

/// <summary>The forms that a bulk comes in.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Boundary">What separates the parts of a multipart body.</param>
internal sealed record BulkForm(BulkKind Kind, string Boundary = "")
{
    public const string Json = "application/json", Lines = "application/x-ndjson", Multipart = "multipart/mixed";

    private const int MaxBoundaryLength = 70;

    /// <summary>Whether what is no JSON inside one item leaves the next ones findable.</summary>
    public bool Resynchronises => Kind != BulkKind.Array;

    /// <summary>The form of a request.</summary>
    /// <exception cref="ProblemException">It is none of them, or compressed.</exception>
    public static BulkForm Of(IHeaderDictionary headers)
    {
        RequestHeaders.RequireNoEncoding(headers);
        return MediaTypeHeaderValue.TryParse(headers.ContentType.ToString(), out var type) && Find(type) is { } form
            ? form
            : throw new ProblemException(new Problem("unsupported-media-type",
                $"A bulk is {Json} (an array of jobs) or {Lines} (a job on each line), both in UTF-8, or {Multipart} with a boundary of at most {MaxBoundaryLength} characters."));
    }

    /// <summary>Whether the answer is to have a line for each entry.</summary>
    /// <param name="request">The request; its Accept header decides.</param>
    /// <param name="preferred">The answer for those that take both.</param>
    /// <exception cref="ProblemException">It takes neither.</exception>
    public static bool AnswersInLines(HttpRequest request, bool preferred) =>
        AcceptFilter.Takes(request, preferred ? Lines : Json) ? preferred
        : AcceptFilter.Takes(request, preferred ? Json : Lines) ? !preferred
        : throw new ProblemException(new Problem("not-acceptable", $"Answers are {Json} or {Lines}."));

    /// <summary>The items of the body.</summary>
    public IAsyncEnumerable<BulkItem> ReadAsync(Stream body, int most, CancellationToken cancellationToken) => Kind switch
    {
        BulkKind.Array => FramedItems.ReadAsync(body, new JsonArrayFraming(), most, cancellationToken),
        BulkKind.Lines => FramedItems.ReadAsync(body, new LineFraming(), most, cancellationToken),
        _ => MultipartItems.ReadAsync(body, Boundary, most, cancellationToken),
    };

    private static BulkForm? Find(MediaTypeHeaderValue type)
    {
        if (type.MediaType.Equals(Multipart, StringComparison.OrdinalIgnoreCase))
        {
            var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
            return boundary.Length is > 0 and <= MaxBoundaryLength ? new(BulkKind.Multipart, boundary) : null;
        }

        return !RequestHeaders.IsUtf8(type) ? null
            : type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase) ? new(BulkKind.Array)
            : type.MediaType.Equals(Lines, StringComparison.OrdinalIgnoreCase) ? new(BulkKind.Lines)
            : null;
    }
}

/// <summary>How the items follow each other.</summary>
internal enum BulkKind
{
    /// <summary>The elements of one JSON array.</summary>
    Array,
    /// <summary>One on each line.</summary>
    Lines,
    /// <summary>One in each part of a multipart body.</summary>
    Multipart,
}
