using System.Collections.Concurrent;

namespace QueueInference.Bench.Load;

/// <summary>Answers what is wrong with the answer to the job of this number, or null.</summary>
internal delegate Task<string?> Ask(int number);

/// <summary>The Api over connections that are kept: a send never waits to open one.</summary>
internal sealed class HttpDoor : IDisposable
{
    private const int Spare = 512;
    private readonly ConcurrentBag<Connection> _idle = [];
    private readonly Uri _address;
    private readonly IReadOnlyList<Sample> _samples;

    private HttpDoor(Uri address, IReadOnlyList<Sample> samples) => (_address, _samples) = (address, samples);

    public static async Task<HttpDoor> OpenAsync(Uri address, IReadOnlyList<Sample> samples)
    {
        var door = new HttpDoor(address, samples);
        foreach (var connection in await Task.WhenAll(Enumerable.Range(0, Spare).Select(_ => Connection.OpenAsync(address))))
        {
            door._idle.Add(connection);
        }

        return door;
    }

    /// <summary>Submits and waits for the result.</summary>
    public async Task<string?> AskAsync(int number)
    {
        var sample = _samples[number % _samples.Count];
        var connection = _idle.TryTake(out var spare) ? spare : await Connection.OpenAsync(_address);
        var (status, body) = await connection.AskAsync(sample.Waiting);
        var fault = Answer.Fault(status, body.Span, sample.Expected);
        _idle.Add(connection);
        return fault;
    }

    public void Dispose()
    {
        foreach (var connection in _idle)
        {
            connection.Dispose();
        }
    }
}
