using Microsoft.AspNetCore.Http;
using QueueInference.Api.Bulk;
using QueueInference.Api.Problems;
using Xunit;

namespace QueueInference.Tests.Api.Bulk;

public sealed class BulkFormTests
{
    [Theory]
    [InlineData("application/json", "Array", "")]
    [InlineData("Application/JSON; charset=\"UTF-8\"", "Array", "")]
    [InlineData("application/x-ndjson", "Lines", "")]
    [InlineData("multipart/mixed; boundary=\"a b\"", "Multipart", "a b")]
    public void Of_KnownType_ItsForm(string type, string kind, string boundary) =>
        Assert.Equal((kind, boundary), Of(type) is var form ? (form.Kind.ToString(), form.Boundary) : default);

    [Theory]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    [InlineData("application/x-ndjson; charset=utf-16")]
    [InlineData("multipart/mixed")]
    [InlineData("multipart/mixed; boundary=\"\"")]
    [InlineData("multipart/mixed; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Of_OtherType_Refused(string type) => Assert.Equal("unsupported-media-type", Assert.Throws<ProblemException>(() => Of(type)).Problem.Slug);

    [Fact]
    public void Of_Compressed_Refused() => Assert.Equal("unsupported-content-encoding", Assert.Throws<ProblemException>(
        () => BulkForm.Of(new HeaderDictionary { ["Content-Type"] = "application/json", ["Content-Encoding"] = "gzip" })).Problem.Slug);

    [Theory]
    [InlineData(null, false, true)]
    [InlineData("*/*", false, true)]
    [InlineData("application/json", false, false)]
    [InlineData("application/x-ndjson", true, true)]
    [InlineData("application/*;q=0.5", false, true)]
    public void AnswersInLines_Accept_Decides(string? accept, bool ofArray, bool ofLines)
    {
        Assert.Equal(ofArray, BulkForm.AnswersInLines(Accepting(accept), preferred: false));
        Assert.Equal(ofLines, BulkForm.AnswersInLines(Accepting(accept), preferred: true));
    }

    [Fact]
    public void AnswersInLines_Neither_Refused() => Assert.Equal(
        "not-acceptable", Assert.Throws<ProblemException>(() => BulkForm.AnswersInLines(Accepting("text/html"), false)).Problem.Slug);

    private static BulkForm Of(string type) => BulkForm.Of(new HeaderDictionary { ["Content-Type"] = type });

    private static HttpRequest Accepting(string? accept)
    {
        var request = new DefaultHttpContext().Request;
        if (accept is not null)
        {
            request.Headers.Accept = accept;
        }

        return request;
    }
}
