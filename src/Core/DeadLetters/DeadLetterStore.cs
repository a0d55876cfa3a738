using System.Text.Json;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.DeadLetters;

/// <summary>Dead letters in Redis: each is fetched from the broker once, and can then be looked at as often as one likes.</summary>
public sealed class DeadLetterStore(RedisStore store)
{
    private static readonly RedisKey State = JobKeys.DeadLetterState(), Index = JobKeys.DeadLetters();

    /// <summary>What a letter takes beside its body, bytes.</summary>
    private const int Overhead = 1024;

    /// <summary>Most letters looked at for one page of a filtered list.</summary>
    private const int Scan = 2_000, Chunk = 100;

    /// <summary>Whether one more may be kept, which is to be asked before one is fetched; it shows too that Redis takes writes.</summary>
    /// <param name="mostBytes">How much all letters may take; the last one may go beyond.</param>
    /// <param name="onBroker">Messages that wait on the broker, told to those who list.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="StoreFullException">Redis takes no writes.</exception>
    public async Task<(bool HasRoom, long Kept)> RoomAsync(long mostBytes, long onBroker, CancellationToken cancellationToken)
    {
        var answer = await store.RunManyAsync("dead-room", [State, Index], [mostBytes, onBroker], cancellationToken);
        return (answer[0] == "room", long.Parse(answer[1], null));
    }

    /// <summary>Keeps a letter and its body; false where it was kept before. When this returns, the broker may forget the message.</summary>
    public async Task<bool> KeepAsync(DeadLetter letter, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        (string?)await store.RunAsync("dead-keep", [State, Index, JobKeys.DeadLetter(letter.Id)],
            [letter.Id, body.Length + Overhead, JsonSerializer.SerializeToUtf8Bytes(letter, JobJson.Default.DeadLetter), body], cancellationToken) == "kept";

    /// <summary>A page, newest first; only those of <paramref name="queue"/>, unless it is null. Fewer than asked for, though there are more, where few of many match.</summary>
    /// <returns>The letters, and the place before which the next page begins; null where there is none.</returns>
    public async Task<(IReadOnlyList<DeadLetter> Letters, long? Next)> ListAsync(string? queue, int limit, long? before, CancellationToken cancellationToken)
    {
        var page = new List<DeadLetter>();
        for (var scanned = 0; scanned < Scan; scanned += Chunk)
        {
            var chunk = await store.GuardAsync(redis => ReadAsync(redis, before), cancellationToken);
            foreach (var (letter, place) in chunk)
            {
                before = place;
                if (letter is not null && (queue is null || letter.Queue == queue))
                {
                    page.Add(letter);
                }

                if (page.Count == limit)
                {
                    return (page, before);
                }
            }

            if (chunk.Length < Chunk)
            {
                return (page, null);
            }
        }

        return (page, before);
    }

    /// <summary>One letter; null where there is none.</summary>
    public Task<DeadLetter?> GetAsync(string id, CancellationToken cancellationToken) => store.GuardAsync(
        async redis => await redis.SortedSetScoreAsync(Index, id) is { } place ? await ReadAsync(redis, id, (long)place) : null, cancellationToken);

    /// <summary>The body of one; null where there is none.</summary>
    public async Task<byte[]?> GetBodyAsync(string id, CancellationToken cancellationToken) =>
        (byte[]?)await store.GuardAsync(redis => redis.HashGetAsync(JobKeys.DeadLetter(id), "body"), cancellationToken);

    /// <summary>Removes letters; answers how many there were.</summary>
    public async Task<int> RemoveAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var answers = await store.RunManyAsync("dead-drop", [State, Index, .. ids.Select(JobKeys.DeadLetter)], [.. ids.Select(id => (RedisValue)id)], cancellationToken);
        return answers.Count(answer => answer == "dropped");
    }

    /// <summary>How many are kept, and how many the broker had when it was asked last.</summary>
    public Task<DeadLetterCounts> CountAsync(CancellationToken cancellationToken) => store.GuardAsync(async redis =>
    {
        var (kept, state) = (redis.SortedSetLengthAsync(Index), redis.HashGetAsync(State, ["on_broker", "seen"]));
        return new DeadLetterCounts(await kept, (long?)(await state)[0], (long?)(await state)[1]);
    }, cancellationToken);

    private static async Task<(DeadLetter? Letter, long Place)[]> ReadAsync(IDatabase redis, long? before)
    {
        var entries = await redis.SortedSetRangeByScoreWithScoresAsync(
            Index, double.NegativeInfinity, before ?? double.PositiveInfinity, Exclude.Stop, Order.Descending, 0, Chunk);
        return await Task.WhenAll(entries.Select(async entry => (await ReadAsync(redis, entry.Element.ToString(), (long)entry.Score), (long)entry.Score)));
    }

    private static async Task<DeadLetter?> ReadAsync(IDatabase redis, string id, long place) =>
        (byte[]?)await redis.HashGetAsync(JobKeys.DeadLetter(id), "meta") is { } meta
            ? JsonSerializer.Deserialize(meta, JobJson.Default.DeadLetter)! with { KeptAt = place }
            : null;
}

/// <summary>How many dead letters there are.</summary>
/// <param name="Kept">In the store.</param>
/// <param name="OnBroker">Still on the broker when it was asked last; null where it never was.</param>
/// <param name="SeenAt">When that was, Unix ms.</param>
public sealed record DeadLetterCounts(long Kept, long? OnBroker, long? SeenAt);
