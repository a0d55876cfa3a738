using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace QueueInference.Functional.Http;

/// <summary>Many jobs in one call, over Standalone.</summary>
[Collection("Http")]
public sealed class BulkTests(StandaloneServer server)
{
    private const string Bad = """{"model":"nothing","inputs":[]}""";
    private readonly HttpClient _client = server.Client;

    [Theory]
    [InlineData("array")]
    [InlineData("lines")]
    [InlineData("multipart")]
    public async Task Submit_BadAmongGood_EachItsOwnEntry(string form)
    {
        string[] jobs = [Job(1), Bad, Job(2), Bodies.Job(inputs: """{"name":"x","datatype":"FP32","shape":[1,3],"data":[1,2,3,4]}"""), Job(3)];
        using var answer = await PostAsync(form, jobs);
        var entries = await EntriesAsync(answer);
        Assert.Equal(Enumerable.Range(0, 5), entries.Select(entry => entry["index"]!.GetValue<int>()));
        Assert.Equal("/problems/model-not-found", entries[1]["error"]!.Text("type"));
        Assert.Equal("/inputs/0/data", entries[3]["error"]!["errors"]![0]!.Text("pointer"));
        Assert.Null(entries[3]["id"]);
        Assert.DoesNotContain(Bodies.Canary, string.Concat(entries.Select(entry => entry.ToJsonString())), StringComparison.Ordinal);
        int[] good = [0, 2, 4];
        var results = await ResultsAsync([.. good.Select(i => entries[i].Text("id"))]);
        Assert.Equal(["[1,2]", "[2,2]", "[3,2]"], results.Select(result => result["job"]!.Data()));
    }

    [Fact]
    public async Task Submit_BinaryParts_AsSingleCalls()
    {
        using var body = new MultipartContent("mixed");
        for (var i = 0; i < 3; i++)
        {
            var header = Encoding.ASCII.GetBytes(Bodies.Job(inputs: """{"name":"x","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}}"""));
            var part = new ByteArrayContent([.. header, .. BitConverter.GetBytes((float)i), .. BitConverter.GetBytes(2f)]);
            part.Headers.Add("Content-Type", "application/octet-stream");
            part.Headers.Add("Inference-Header-Content-Length", $"{header.Length}");
            body.Add(part);
        }

        using var answer = await SendAsync(body);
        var results = await ResultsAsync([.. (await EntriesAsync(answer)).Select(entry => entry.Text("id"))]);
        Assert.Equal(["[0,2]", "[1,2]", "[2,2]"], results.Select(result => result["job"]!.Data()));
    }

    [Fact]
    public async Task Submit_BrokenArray_WhatCameBeforeStands()
    {
        using var answer = await SendAsync(Bodies.Json($"[{Job(1)},{Job(2)},{{canary"));
        var entries = await EntriesAsync(answer);
        Assert.Equal(3, entries.Count);
        Assert.Equal("/problems/malformed-json", entries[2]["error"]!.Text("type"));
        Assert.Equal(2, (await ResultsAsync([.. entries.Take(2).Select(entry => entry.Text("id"))])).Count);
    }

    [Theory]
    [InlineData("", 400, "empty-body")]
    [InlineData("{}", 400, "type-mismatch")]
    [InlineData("[{canary", 400, "malformed-json")]
    public async Task Submit_NothingReadable_Refused(string body, int status, string slug)
    {
        using var answer = await SendAsync(Bodies.Json(body));
        await answer.RequireProblemAsync(status, slug);
    }

    [Fact]
    public async Task Submit_OtherType_Refused()
    {
        using var answer = await SendAsync(new StringContent("x", Encoding.UTF8, "text/csv"));
        await answer.RequireProblemAsync(415, "unsupported-media-type");
    }

    [Fact]
    public async Task Submit_Empty_NoEntries()
    {
        using var answer = await SendAsync(Bodies.Json("[]"));
        Assert.Empty(await EntriesAsync(answer));
    }

    [Fact]
    public async Task Submit_BodyLargerThanASingleCallMay_Accepted()
    {
        var job = Job(1)[..^1] + new string(' ', 1 << 20) + "}";
        using var answer = await PostAsync("array", [.. Enumerable.Repeat(job, 12)]);
        var entries = await EntriesAsync(answer);
        Assert.Equal(12, entries.Count);
        Assert.All(entries, entry => Assert.True(entry["id"] is not null, entry.ToJsonString()));
    }

    [Fact]
    public async Task Submit_ItemTooLarge_NextIsRead()
    {
        using var answer = await PostAsync("array", [Job(0), Job(1)[..^1] + new string(' ', 8 << 20) + "}", Job(2)]);
        var entries = await EntriesAsync(answer);
        Assert.Equal("/problems/payload-too-large", entries[1]["error"]!.Text("type"));
        Assert.NotNull(entries[2]["id"]);
    }

    [Fact]
    public async Task Submit_KeyOfTheCall_RepeatsAreTheSameJobs()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await PostAsync("lines", [Job(1), Job(1)], key: key);
        using var again = await PostAsync("array", [Job(1), Job(1), Job(1)], key: key);
        var (ids, repeated) = (await EntriesAsync(first), await EntriesAsync(again));
        Assert.NotEqual(ids[0].Text("id"), ids[1].Text("id"));
        Assert.Equal(ids.Select(entry => entry.Text("id")), repeated.Take(2).Select(entry => entry.Text("id")));
        Assert.Equal([true, true, false], repeated.Select(entry => entry["replayed"]?.GetValue<bool>() ?? false));
        using var other = await PostAsync("array", [Job(2)], key: key);
        Assert.Equal("/problems/idempotency-key-reused", (await EntriesAsync(other))[0]["error"]!.Text("type"));
    }

    [Fact]
    public async Task Submit_KeyOfAnItem_SameJobWhereverItIs()
    {
        var job = Bodies.Job(more: $",\"idempotency_key\":\"{Guid.NewGuid()}\"");
        var single = await _client.SubmitAsync(job);
        using var answer = await PostAsync("lines", [Job(1), job, job], key: "other");
        var entries = await EntriesAsync(answer);
        Assert.Equal([single, single], entries.Skip(1).Select(entry => entry.Text("id")));
    }

    [Fact]
    public async Task Results_UnknownAmongKnown_EachItsOwnEntry()
    {
        var id = await _client.SubmitAsync(Job(7));
        var results = await ResultsAsync(["nothing", id, "p0001m82w1mtxzpet1wd460d55xbje8", id]);
        Assert.Equal(["job-not-found", "", "job-not-found", ""], results.Select(result => result["error"]?.Text("type")["/problems/".Length..] ?? ""));
        Assert.Equal(["[7,2]", "[7,2]"], results.Where(result => result["job"] is not null).Select(result => result["job"]!.Data()));
    }

    [Fact]
    public async Task Results_NoneAsked_Empty() => Assert.Empty(await ResultsAsync([]));

    [Fact]
    public async Task Results_AsJob_AsASingleCall()
    {
        var id = (await _client.RunAsync(Job(7))).Text("id");
        Assert.Equal((await _client.JobAsync(id)).ToJsonString(), (await ResultsAsync([id]))[0]["job"]!.ToJsonString());
    }

    [Fact]
    public async Task Results_Lines_OneEach()
    {
        var id = await _client.SubmitAsync(Job(7));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs/results?wait=30") { Content = Ids([id, id]) };
        request.Headers.Accept.ParseAdd("application/x-ndjson");
        using var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(2, (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static string Job(int value) => Bodies.Job(inputs: $$"""{"name":"x","datatype":"FP32","shape":[1,2],"data":[{{value}},2]}""");

    private static StringContent Ids(string[] ids) => Bodies.Json(new JsonObject { ["ids"] = new JsonArray([.. ids.Select(id => JsonValue.Create(id))]) }.ToJsonString());

    private async Task<List<JsonNode>> ResultsAsync(string[] ids)
    {
        using var answer = await _client.PostAsync("/v1/jobs/results?wait=30", Ids(ids));
        return [.. (await EntriesAsync(answer)).OrderBy(entry => entry["index"]!.GetValue<int>())];
    }

    private Task<HttpResponseMessage> PostAsync(string form, string[] jobs, string? key = null)
    {
        HttpContent body = form switch
        {
            "array" => Bodies.Json($"[{string.Join(',', jobs)}]"),
            "lines" => new StringContent(string.Join('\n', jobs), Encoding.UTF8, "application/x-ndjson"),
            _ => Parts(jobs),
        };
        return SendAsync(body, key);
    }

    private static MultipartContent Parts(string[] jobs)
    {
        var body = new MultipartContent("mixed");
        foreach (var job in jobs)
        {
            body.Add(Bodies.Json(job));
        }

        return body;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContent body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs/bulk") { Content = body };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await _client.SendAsync(request);
    }

    private static async Task<List<JsonNode>> EntriesAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.MultiStatus, text);
        var lines = answer.Content.Headers.ContentType?.MediaType == "application/x-ndjson";
        return lines
            ? [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)]
            : [.. JsonNode.Parse(text)!.AsArray().Select(entry => entry!)];
    }
}
