using System.Text;
using QueueInference.Api.Bulk;
using QueueInference.Api.Problems;
using Xunit;

namespace QueueInference.Tests.Api.Bulk;

public sealed class IdListReaderTests
{
    [Theory]
    [InlineData("""{"ids":[]}""", "")]
    [InlineData(""" { "ids" : [ "a", "\u0062", "" ] } """, "a,b,")]
    public void Read_List_Ids(string body, string ids) => Assert.Equal(ids, string.Join(',', IdListReader.Read(Encoding.UTF8.GetBytes(body))));

    [Theory]
    [InlineData("", "empty-body")]
    [InlineData("[]", "type-mismatch")]
    [InlineData("{}", "type-mismatch")]
    [InlineData("""{"ids":"a"}""", "type-mismatch")]
    [InlineData("""{"ids":[1]}""", "type-mismatch")]
    [InlineData("""{"ids":[],"more":1}""", "unknown-property")]
    [InlineData("""{"ids":[],"ids":[]}""", "duplicate-property")]
    [InlineData("""{"ids":["a",]}""", "malformed-json")]
    [InlineData("""{"ids":[]} x""", "malformed-json")]
    [InlineData("""{"ids":[[[[[]]]]]}""", "type-mismatch")]
    public void Read_Other_Refused(string body, string slug) => Assert.Equal(slug, Slug(body));

    [Fact]
    public void Read_MoreThanTheMost_Refused()
    {
        Assert.Equal(IdListReader.MostIds, IdListReader.Read(Encoding.UTF8.GetBytes(List(IdListReader.MostIds))).Count);
        Assert.Equal("bulk-too-large", Slug(List(IdListReader.MostIds + 1)));
    }

    private static string List(int count) => $$"""{"ids":[{{string.Join(',', Enumerable.Repeat("\"a\"", count))}}]}""";

    private static string Slug(string body) => Assert.Throws<ProblemException>(() => IdListReader.Read(Encoding.UTF8.GetBytes(body))).Problem.Slug;
}
