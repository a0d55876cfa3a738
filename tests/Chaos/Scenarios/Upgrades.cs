using QueueInference.Functional.Hosts;

namespace QueueInference.Chaos.Scenarios;

/// <summary>Hosts of two releases side by side on one broker and one store.</summary>
internal static class Upgrades
{
    public static IEnumerable<Scenario> All =>
    [
        new("38", "rolling", "hosts are replaced one by one by those of another release, forth and back, each kind first once", async chaos =>
        {
            var other = chaos.Other ?? throw new InvalidOperationException("It needs another release: ./chaos.sh --against COMMIT, or --other FOLDER.");
            var (api, workers, own) = (chaos.Cluster.Api, chaos.Cluster.Workers, AppContext.BaseDirectory);
            await chaos.MoreAsync(20);
            foreach (var (host, folder) in workers.Prepend(api).Select(host => (host, other)).Concat(workers.Append(api).Select(host => (host, own)))
                .Concat(workers.Append(api).Select(host => (host, other))).Concat(workers.Prepend(api).Select(host => (host, own))))
            {
                await ReplaceAsync(chaos, host, folder);
                await chaos.MoreAsync(50);
            }
            // Only by name: it needs to be told of the other release.
        }) { Rounds = (0, 0) },
    ];

    /// <summary>Stops a host as an orchestrator does, and starts the other release in its place.</summary>
    private static Task ReplaceAsync(ChaosContext chaos, HostProcess host, string folder)
    {
        var release = folder == AppContext.BaseDirectory ? "this release" : "the other release";
        return chaos.FaultAsync($"{chaos.Cluster.NameOf(host)} becomes {release}", async () =>
        {
            var code = await host.TerminateAsync();
            host.Folder = folder;
            await host.StartAsync();
            var runs = File.ReadAllText($"/proc/{host.Id}/cmdline").Contains(folder, StringComparison.Ordinal);
            return (runs && code == 0 ? $"process {host.Id} runs from its folder" : null, 0);
        });
    }
}
