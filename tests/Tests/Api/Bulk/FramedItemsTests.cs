using QueueInference.Api.Bulk;
using QueueInference.Api.Problems;
using Xunit;

namespace QueueInference.Tests.Api.Bulk;

public sealed class FramedItemsTests
{
    private const int Most = 64;

    public static TheoryData<string, string[]> Arrays => new()
    {
        { "[]", [] },
        { " \r\n[ \t] \n", [] },
        { """[{"a":1}]""", ["""{"a":1}"""] },
        { """ [ {"a":[1,{"b":[]}]} , {} ,[1,[2]],"x,]",-1.5e3,null ] """, ["""{"a":[1,{"b":[]}]}""", "{}", "[1,[2]]", "\"x,]\"", "-1.5e3", "null"] },
        // Brackets, commas and quotes inside strings are text.
        { """[{"}],\"\\":"\\\"]}"},{"a":"\\"},"\\\\"]""", ["""{"}],\"\\":"\\\"]}"}""", """{"a":"\\"}""", "\"\\\\\\\\\""] },
        { "[1,2\n,3\t]", ["1", "2", "3"] },
        { """[{"ü":"日本"},{}]""", ["""{"ü":"日本"}""", "{}"] },
        // What is wrong inside an item is found by who reads the item.
        { """[{"a":]},1]""", ["""{"a":]""", "broken malformed-json"] },
        { "[1{},2]", ["1{", "broken malformed-json"] },
        { "", ["broken empty-body"] },
        { " \n", ["broken empty-body"] },
        { "{}", ["broken type-mismatch"] },
        { "7", ["broken type-mismatch"] },
        { "[1", ["broken malformed-json"] },
        { """[{"a":1},""", ["""{"a":1}""", "broken malformed-json"] },
        { """[{},{"a":1""", ["{}", "broken malformed-json"] },
        { """[{},"a\"]""", ["{}", "broken malformed-json"] },
        { "[{},]", ["{}", "broken malformed-json"] },
        { "[,{}]", ["broken malformed-json"] },
        { "[}]", ["broken malformed-json"] },
        { "[{}{}]", ["{}", "broken malformed-json"] },
        { "[{}]]", ["{}", "broken malformed-json"] },
        { "[{}] x", ["{}", "broken malformed-json"] },
        { $$"""[{},{"a":"{{new string('x', Most)}}"},[1]]""", ["{}", "refused payload-too-large", "[1]"] },
    };

    public static TheoryData<string, string[]> Lines => new()
    {
        { "{}\n", ["{}"] },
        { "{}", ["{}"] },
        { "\n\r\n  \n{\"a\":\"}\\n\"}\r\n\n\t[1\n", ["{\"a\":\"}\\n\"}\r", "[1"] },
        { "canary\n{}\n", ["canary", "{}"] },
        { "", ["broken empty-body"] },
        { " \n\n", ["broken empty-body"] },
        { $"{{}}\n{new string('x', Most + 1)}\n[]\n{new string('y', Most)}", ["{}", "refused payload-too-large", "[]", new string('y', Most)] },
    };

    [Theory]
    [MemberData(nameof(Arrays))]
    public Task ReadAsync_Array_TheSameWhereverItIsCut(string body, string[] items) => RequireAsync(body, items, () => new JsonArrayFraming());

    [Theory]
    [MemberData(nameof(Lines))]
    public Task ReadAsync_Lines_TheSameWhereverTheyAreCut(string body, string[] items) => RequireAsync(body, items, () => new LineFraming());

    [Theory]
    [InlineData("[{},]", 4)]
    [InlineData("[{}", 3)]
    [InlineData("[{}] ]", 5)]
    public async Task ReadAsync_BrokenArray_SaysWhere(string body, int place)
    {
        var error = await Assert.ThrowsAsync<ProblemException>(async () =>
        {
            await foreach (var item in FramedItems.ReadAsync(Cut.Everywhere(body), new JsonArrayFraming(), Most, CancellationToken.None))
            {
                item.Dispose();
            }
        });
        Assert.Contains($" byte {place} ", error.Problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_NobodyAsks_ReadsNoFurther()
    {
        var body = Cut.Everywhere("[1,2,3]");
        await using var items = FramedItems.ReadAsync(body, new JsonArrayFraming(), Most, CancellationToken.None).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(3, body.Position);
    }

    private static async Task RequireAsync(string body, string[] items, Func<IFraming> framing)
    {
        for (var place = 0; place <= body.Length; place++)
        {
            Assert.Equal(items, await Cut.TextsAsync(FramedItems.ReadAsync(Cut.At(body, place), framing(), Most, CancellationToken.None)));
        }

        Assert.Equal(items, await Cut.TextsAsync(FramedItems.ReadAsync(Cut.Everywhere(body), framing(), Most, CancellationToken.None)));
    }
}
