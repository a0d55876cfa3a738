using QueueInference.Chaos.Checking;
using QueueInference.Chaos.History;
using QueueInference.Chaos.Lab;
using QueueInference.Chaos.Load;
using QueueInference.Chaos.Report;
using QueueInference.Chaos.Scenarios;
using QueueInference.Functional.Hosts;

namespace QueueInference.Chaos;

/// <summary>Runs one scenario: start, load and faults, collect, stop, look, judge.</summary>
internal sealed class ScenarioRunner(Servers servers, ChaosOptions options)
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(40);

    public async Task<ScenarioResult> RunAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        await servers.ClearAsync(scenario.BrokerNodes);
        await using var proxies = new Proxies(servers);
        await using var cluster = new Cluster(scenario.Proxied ? proxies.Links : Links.Direct(servers), scenario);
        if (!scenario.StartsHosts)
        {
            await cluster.StartAsync();
        }

        var run = new RunHistory();
        try
        {
            var state = await DriveAsync(scenario, cluster, proxies, run, cancellationToken);
            var verdict = Checker.Check(run, state, scenario.Allowed with { Slack = options.Slack });
            return new ScenarioResult(scenario, run, verdict, null, Output(cluster));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new ScenarioResult(scenario, run, null, e.ToString(), Output(cluster));
        }
    }

    private async Task<StoreState> DriveAsync(Scenario scenario, Cluster cluster, Proxies proxies, RunHistory run, CancellationToken cancellationToken)
    {
        var store = new StoreReader(servers, cluster.Model);
        using var sink = new EventSink(run);
        var plan = scenario.LoadIn(options.Tier);
        run.WantsEvents = plan.Webhooks;
        using var caller = new Caller(cluster.Api.Address, cluster.Model, run, plan.Rows, run.WantsEvents ? sink.Url : null);
        var load = new LoadDriver(caller, plan, run, options.Seed);
        var context = new ChaosContext(
            servers, cluster, proxies, store, run, caller, load, new Random(options.Seed), scenario.RoundsIn(options.Tier), cancellationToken)
        {
            IsLong = options.Tier == "N",
            Other = options.Other,
        };
        var faults = InjectAsync(scenario, context);
        await using var usage = UsageWatch.Start(cluster, run, cancellationToken);
        await load.RunAsync(faults, cancellationToken);
        await faults;
        await load.CollectAsync(scenario.Settle, async () => (await store.LeftoversAsync()).Values.All(count => count == 0), cancellationToken);
        await store.SettledAsync(scenario.Settle);
        var jobs = StoreReader.Jobs(await caller.ListAsync(cancellationToken));
        caller.Dispose();
        await usage.QuietAsync();
        // A worker that is asked to stop gives back what it has not settled yet, which would then be left in the queue.
        await store.LeftoversAsync();
        await StopAsync(cluster, run);
        return new StoreState(jobs, await store.LeftoversAsync());
    }

    /// <summary>Faults are over when every host is ready again, by itself.</summary>
    private static async Task InjectAsync(Scenario scenario, ChaosContext context)
    {
        await scenario.Faults(context);
        await Task.WhenAll(context.Cluster.Hosts.Select(host => host.ReadyAsync()));
    }

    /// <summary>No host may hang: each must end by itself when it is asked to.</summary>
    private static Task StopAsync(Cluster cluster, RunHistory run) => Task.WhenAll(cluster.Hosts.Where(host => !host.HasExited).Select(async host =>
    {
        try
        {
            if (await host.TerminateAsync().WaitAsync(Drain) is var code and not 0)
            {
                run.BadExits.Enqueue($"{cluster.NameOf(host)} ended with code {code}.");
            }
        }
        catch (TimeoutException)
        {
            run.BadExits.Enqueue($"{cluster.NameOf(host)} did not end within {Drain.TotalSeconds} s.");
        }
    }));

    private static string Output(Cluster cluster) =>
        string.Join('\n', cluster.Hosts.Select(host => $"[{cluster.NameOf(host)}] {Tail(host)}"));

    private static string Tail(HostProcess host) => host.Output.Length > 1000 ? host.Output[^1000..] : host.Output;
}
