using System.Collections.Concurrent;
using System.Net;

namespace QueueInference.Functional.Hosts;

/// <summary>Four callers who submit pictures one after the other, each with a key, while something happens to the service.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const int Callers = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly ConcurrentQueue<string> _accepted = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _callers;

    public SteadyLoad(Cluster cluster, string model) =>
        _callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => SubmitAsync(cluster, model, caller)));

    /// <summary>The ids of the jobs accepted so far.</summary>
    public IReadOnlyCollection<string> Accepted => _accepted;

    /// <summary>Waits until so many more are accepted.</summary>
    public Task MoreAsync(int count)
    {
        var wanted = _accepted.Count + count;
        return Wait.UntilAsync(() => _callers.IsFaulted || _accepted.Count >= wanted, Patience, $"{count} more jobs to be accepted");
    }

    /// <summary>Ends it; fails where a submission was neither accepted nor answered with 503.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _callers;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _callers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task SubmitAsync(Cluster cluster, string model, int caller)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var (status, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(i)), key: $"{caller} {i}");
            if (status is HttpStatusCode.Accepted or HttpStatusCode.OK)
            {
                _accepted.Enqueue(JobClient.Id(job));
            }
            else
            {
                Assert.True(status == HttpStatusCode.ServiceUnavailable, $"{status} {job}");
            }
        }
    }
}
