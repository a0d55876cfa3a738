using QueueInference.Bench.Load;
using QueueInference.Bench.Report;

namespace QueueInference.Bench.Rows;

/// <summary>o64: CPU time for each job of a bulk of 64, submitted in one call and read in another, all processes but the generator.</summary>
internal static class BulkCost
{
    private const int Size = 64;

    public static Task<Outcome> RunAsync(RowContext context) => FullLoad.ServiceAsync(context, SendAsync, service => service.Micros);

    private static async Task<LoadResult> SendAsync(Uri api, IReadOnlyList<Sample> samples, int inFlight, TimeSpan length)
    {
        using var http = new HttpClient { BaseAddress = api };
        return await new BulkLoop(http, samples, Size).RunAsync(Math.Max(1, inFlight / Size), length);
    }
}
