using System.Globalization;
using System.Text;

namespace QueueInference.Bench.Load;

/// <summary>Clients that submit many jobs in one call and read all their results in another, in a closed loop.</summary>
internal sealed class BulkLoop(HttpClient http, IReadOnlyList<Sample> samples, int size)
{
    private const string Boundary = "qi-bulk";
    private readonly byte[] _body = Body(samples, size);

    /// <summary>Runs for a time; each item is counted and compared.</summary>
    public async Task<LoadResult> RunAsync(int clients, TimeSpan length)
    {
        var tally = new Tally(length);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (tally.Open)
            {
                await TurnAsync(tally);
            }
        }));
        return tally.Result;
    }

    private async Task TurnAsync(Tally tally)
    {
        var began = tally.Now;
        using var body = new ByteArrayContent(_body);
        body.Headers.TryAddWithoutValidation("Content-Type", $"multipart/mixed; boundary={Boundary}");
        var accepted = await LinesAsync("/v1/jobs/bulk", body);
        var ids = accepted.ConvertAll(line => Answer.Id(line));
        using var list = new StringContent($$"""{"ids":["{{string.Join("\",\"", ids)}}"]}""", Encoding.UTF8, "application/json");
        var results = await LinesAsync("/v1/jobs/results?wait=60", list);
        foreach (var line in results)
        {
            tally.End(began, Answer.Fault(200, line, samples[Index(line) % samples.Count].Expected));
        }
    }

    private async Task<List<byte[]>> LinesAsync(string path, HttpContent body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.TryAddWithoutValidation("Accept", "application/x-ndjson");
        using var answer = await http.SendAsync(request);
        var rest = (await answer.Content.ReadAsByteArrayAsync()).AsMemory();
        var lines = new List<byte[]>(size);
        for (int end; (end = rest.Span.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
        {
            lines.Add(rest[..end].ToArray());
        }

        return lines.Count == size ? lines : throw new InvalidDataException($"{path}: {(int)answer.StatusCode}, {lines.Count} of {size} entries, then {Encoding.UTF8.GetString(rest.Span)}");
    }

    private static int Index(ReadOnlySpan<byte> line)
    {
        var start = line.IndexOf("\"index\":"u8) + 8;
        return int.Parse(Encoding.ASCII.GetString(line.Slice(start, line[start..].IndexOf((byte)','))), CultureInfo.InvariantCulture);
    }

    /// <summary>Each part is the single call of a sample, its own headers included.</summary>
    private static byte[] Body(IReadOnlyList<Sample> samples, int size)
    {
        var body = new MemoryStream();
        for (var i = 0; i < size; i++)
        {
            var call = samples[i % samples.Count].Submitting;
            var head = call.AsSpan().IndexOf("\r\n\r\n"u8);
            var headers = Encoding.ASCII.GetString(call, 0, head).Split("\r\n").Where(line => line.StartsWith("Content-Type", StringComparison.Ordinal) || line.StartsWith("Inference", StringComparison.Ordinal));
            body.Write(Encoding.ASCII.GetBytes($"--{Boundary}\r\n{string.Join("\r\n", headers)}\r\n\r\n"));
            body.Write(call.AsSpan(head + 4));
            body.Write("\r\n"u8);
        }

        body.Write(Encoding.ASCII.GetBytes($"--{Boundary}--\r\n"));
        return body.ToArray();
    }
}
