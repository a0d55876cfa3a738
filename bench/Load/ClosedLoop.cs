namespace QueueInference.Bench.Load;

/// <summary>As many jobs under way as asked for, each connection sending the next when its answer has come.</summary>
internal static class ClosedLoop
{
    /// <summary>Until the queue has its usual length, ends are not counted.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(1);

    /// <summary>One request for each job, which answers with the result.</summary>
    public static Task<LoadResult> WaitAsync(Uri address, IReadOnlyList<Sample> samples, int inFlight, TimeSpan length) =>
        RunAsync(address, inFlight, length, async (connection, tally, next) =>
        {
            var sample = samples[next() % samples.Count];
            var began = tally.Now;
            var (status, body) = await connection.AskAsync(sample.Waiting);
            tally.End(began, Answer.Fault(status, body.Span, sample.Expected));
        });

    /// <summary>Submits several jobs, then reads them all: two requests for each job, fewer connections.</summary>
    public static Task<LoadResult> ReadLaterAsync(Uri address, IReadOnlyList<Sample> samples, int inFlight, TimeSpan length, int depth = 16) =>
        RunAsync(address, Math.Max(1, inFlight / depth), length, async (connection, tally, next) =>
        {
            var sent = new List<(string Id, TimeSpan Began, float[]? Expected)>(depth);
            while (sent.Count < depth)
            {
                var sample = samples[next() % samples.Count];
                var began = tally.Now;
                sent.Add((Answer.Id((await connection.AskAsync(sample.Submitting)).Body.Span), began, sample.Expected));
            }

            foreach (var (id, began, expected) in sent)
            {
                var (status, body) = await connection.AskAsync(Sample.Reading(id));
                tally.End(began, Answer.Fault(status, body.Span, expected));
            }
        });

    /// <summary>Through any door.</summary>
    public static async Task<LoadResult> AskAsync(Ask ask, int inFlight, TimeSpan length)
    {
        var (tally, count) = (new Tally(length, Lead), -1);
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            while (tally.Open)
            {
                var began = tally.Now;
                tally.End(began, await ask(Interlocked.Increment(ref count)));
            }
        }));
        return tally.Result;
    }

    private static async Task<LoadResult> RunAsync(Uri address, int connections, TimeSpan length, Func<Connection, Tally, Func<int>, Task> turn)
    {
        var open = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Connection.OpenAsync(address)));
        var (tally, count) = (new Tally(length, Lead), -1);
        int Next() => Interlocked.Increment(ref count) & int.MaxValue;
        await Task.WhenAll(open.Select(async connection =>
        {
            using (connection)
            {
                while (tally.Open)
                {
                    await turn(connection, tally, Next);
                }
            }
        }));
        return tally.Result;
    }
}
