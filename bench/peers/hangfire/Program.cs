using System.Globalization;
using System.Runtime.InteropServices;
using Hangfire;
using Hangfire.Common;
using Hangfire.Redis.StackExchange;
using Hangfire.States;
using Hangfire.Storage;
using Peer;
using StackExchange.Redis;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ThreadPool.SetMinThreads(Settings.InFlight + 16, 16); // Hangfire's client blocks while it enqueues.
var redis = await ConnectionMultiplexer.ConnectAsync(Settings.Redis);
var storage = new RedisStorage(redis, new RedisStorageOptions { Prefix = Settings.Prefix, Db = Settings.Database });
GlobalConfiguration.Configuration.UseStorage(storage);

// Without the filters that nobody here needs: cultures, continuations, counters by the hour.
GlobalJobFilters.Filters.Clear();
GlobalJobFilters.Filters.Add(new AutomaticRetryAttribute { Attempts = 3 });
GlobalJobFilters.Filters.Add(new ShortMemory());

if (args is ["work"])
{
    using var stop = new ManualResetEventSlim();
    using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => { context.Cancel = true; stop.Set(); });
    using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = Settings.Workers, SchedulePollingInterval = TimeSpan.FromMinutes(1) }, storage);
    stop.Wait();
    return;
}

try
{
    await new Load(new BackgroundJobClient(storage), redis).RunAsync();
}
catch (Exception e)
{
    Console.Error.WriteLine(e.GetBaseException().Message);
    Environment.Exit(1);
}

/// <summary>A job that is done is forgotten after half a minute, not a day.</summary>
internal sealed class ShortMemory : JobFilterAttribute, IApplyStateFilter
{
    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction) => context.JobExpirationTimeout = TimeSpan.FromSeconds(30);

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
    }
}
