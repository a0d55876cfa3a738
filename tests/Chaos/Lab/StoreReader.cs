using System.Text.Json;
using QueueInference.Chaos.Checking;
using QueueInference.Chaos.Load;
using QueueInference.Functional.Services;
using RabbitMQ.Client.Exceptions;

namespace QueueInference.Chaos.Lab;

/// <summary>Reads what is left in store and broker.</summary>
internal sealed class StoreReader(Servers servers, string model)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private const string Prefix = "qi:{p00}:";

    /// <summary>Jobs that a worker has claimed and not ended.</summary>
    public async Task<int> RunningAsync()
    {
        var store = servers.Store.GetDatabase();
        // Two looks, between which jobs come and go.
        return (int)Math.Max(0, await store.SortedSetLengthAsync(Prefix + "open") - await store.SortedSetLengthAsync(Prefix + "queued:" + model));
    }

    /// <summary>The runs that were charged to a job, and the process that claimed it last, while it holds it.</summary>
    public async Task<(int Runs, int? Holder)> RunOfAsync(string id)
    {
        var values = await servers.Store.GetDatabase().HashGetAsync(Prefix + "job:" + id, ["attempt", "claimed", "state"]);
        return ((int)values[0], values[2] == "running" ? int.Parse(((string)values[1]!).Split('-')[^2], System.Globalization.CultureInfo.InvariantCulture) : null);
    }

    /// <summary>Jobs that a process has claimed and not ended.</summary>
    public async Task<int> HeldByAsync(int process)
    {
        var open = await servers.Store.GetDatabase().SortedSetRangeByRankAsync(Prefix + "open");
        return (await Task.WhenAll(open.Select(id => RunOfAsync(id!)))).Count(run => run.Holder == process);
    }

    /// <summary>Jobs that have not ended.</summary>
    public async Task<int> OpenAsync() => (int)await servers.Store.GetDatabase().SortedSetLengthAsync(Prefix + "open");

    /// <summary>Jobs of which no caller was told end as well, once the sweeper finds them; the checker says what it means if they do not.</summary>
    public async Task SettledAsync(TimeSpan within)
    {
        try
        {
            await Wait.UntilAsync(async () => await OpenAsync() == 0 && await servers.Store.GetDatabase().SortedSetLengthAsync(Prefix + "outbox") == 0, within,
                "every job to end, and its webhook to be delivered");
        }
        catch (TimeoutException)
        {
            // Its leftovers are counted.
        }
    }

    public static List<StoredJob> Jobs(IEnumerable<JsonElement> listed) =>
    [
        .. listed.Select(job => new StoredJob(
            Caller.Text(job, "id")!, Caller.Text(job.GetProperty("metadata"), "key"), Caller.Text(job, "state")!, job.GetProperty("attempt").GetInt32())),
    ];

    /// <summary>What should be empty by now, once it is, or at last was found.</summary>
    public async Task<Dictionary<string, long>> LeftoversAsync()
    {
        Dictionary<string, long> left = [];
        try
        {
            await Wait.UntilAsync(async () => (left = await CountAsync()).Values.All(count => count == 0), Patience, "store and queues to be empty");
        }
        catch (TimeoutException)
        {
            // The checker says what it means.
        }

        return left;
    }

    private async Task<Dictionary<string, long>> CountAsync()
    {
        var store = servers.Store.GetDatabase();
        var left = new Dictionary<string, long>
        {
            ["open"] = await store.SortedSetLengthAsync(Prefix + "open"),
            ["queued"] = await store.SortedSetLengthAsync(Prefix + "queued:" + model),
            ["unconfirmed"] = await store.SetLengthAsync(Prefix + "unconfirmed"),
            ["outbox"] = await store.SortedSetLengthAsync(Prefix + "outbox"),
            ["inputs"] = await servers.Admin.KeysAsync(pattern: Prefix + "in:*").CountAsync(),
        };
        foreach (var priority in new[] { "high", "normal", "low" })
        {
            left[priority + " queue"] = await MessagesAsync($"qi.run.{model}.{priority}");
        }

        left["dead"] = await MessagesAsync("qi.dead");
        left["parked"] = await MessagesAsync("qi.parked");
        return left;
    }

    private async Task<long> MessagesAsync(string queue)
    {
        await using var inspector = await BrokerInspector.ConnectAsync(servers.BrokerAddress.Split(',')[0]);
        try
        {
            return await inspector.CountAsync(queue);
        }
        catch (OperationInterruptedException)
        {
            // There is no such queue.
            return 0;
        }
    }
}
