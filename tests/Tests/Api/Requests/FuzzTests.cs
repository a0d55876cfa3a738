using System.Diagnostics;
using System.Text;
using QueueInference.Api.Problems;
using Xunit;
using static QueueInference.Tests.Api.Requests.RequestBodies;

namespace QueueInference.Tests.Api.Requests;

public sealed class FuzzTests
{
    private const int Rounds = 20_000;
    private const int Seed = 4711;

    // The payload repeats the canary, so that nearly every mutation still carries it.
    private const string Json =
        """
        {"model":"canary7f3a","version":2,"inputs":[{"name":"canary7f3a","datatype":"BYTES","shape":[2,1],"data":[["canary7f3a"],["canary7f3a"]]},
        {"name":"b","datatype":"FP32","shape":[1,2],"data":[[1.5,-2e3]]},{"name":"c","datatype":"UINT8","shape":[3],"data_base64":"AQID"},
        {"name":"d","shape":[2],"datatype":"INT16","parameters":{"binary_data_size":4}}],"outputs":[{"name":"canary7f3a"}],"priority":"low",
        "deadline":"2026-11-22T21:00:00Z","result_ttl_seconds":60,"webhook":{"url":"https://canary7f3a.example/","events":["job.failed"]},
        "metadata":{"canary7f3a":"canary7f3a"},"parameters":{"canary7f3a":1}}
        """;

    private static readonly byte[][] Pieces =
    [
        .. new[] { "[", "]", "{", "}", "\"", ",", ":", "null", "-1", "1e999", "9223372036854775808", "0", "\\ud800", "\\u0000", "canary7f3a", "[[[[[[[[[[", "\"x\":1," }
            .Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC3], [0],
    ];

    [Fact]
    public void Read_MutatedBodies_NeverThrowAnythingElseAndNeverEcho()
    {
        var valid = Encoding.UTF8.GetBytes(Json);
        byte[] whole = [.. valid, 1, 0, 2, 0];
        Assert.Equal(4, Read(whole, valid.Length).Inputs.Count);
        var random = new Random(Seed);
        var clock = Stopwatch.StartNew();

        for (var round = 0; round < Rounds; round++)
        {
            var body = Mutate(whole, random);
            int? length = random.Next(4) == 0 ? null : random.Next(8) == 0 ? random.Next(-1, body.Length + 2) : Math.Max(0, body.Length - 4);
            RequireCalm(body, length, round);
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"It took {clock.Elapsed}.");
    }

    private static void RequireCalm(byte[] body, int? length, int round)
    {
        try
        {
            Read(body, length);
        }
        catch (ProblemException refusal)
        {
            Assert.True(!RefusalText.Of(refusal.Problem).Contains(Canary, StringComparison.Ordinal), $"Seed {Seed}, round {round} echoes.");
        }
        catch (Exception error)
        {
            Assert.Fail($"Seed {Seed}, round {round}: {error}");
        }
    }

    private static byte[] Mutate(byte[] valid, Random random)
    {
        var body = valid.ToList();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var at = random.Next(body.Count);
            switch (random.Next(5))
            {
                case 0:
                    body[at] = (byte)random.Next(256);
                    break;
                case 1:
                    body.RemoveRange(at, Math.Min(random.Next(1, 20), body.Count - at));
                    break;
                case 2:
                    body.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 3:
                    body.InsertRange(at, body.GetRange(random.Next(body.Count / 2), random.Next(body.Count / 2)));
                    break;
                default:
                    body[at] = (byte)"0123456789-\"[]{},:"[random.Next(18)];
                    break;
            }

            if (body.Count == 0)
            {
                break;
            }
        }

        return [.. body];
    }
}
