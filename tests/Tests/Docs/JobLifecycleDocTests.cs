using System.Collections.Concurrent;
using System.Reflection;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Tests.Core.Jobs;
using QueueInference.Tests.Shared;

namespace QueueInference.Tests.Docs;

public sealed class JobLifecycleDocTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    private const string Page = "docs/job-lifecycle.md";
    private readonly StoreHarness _store = new(garnet.Redis);

    /// <summary>Runs every script on a job in every situation: what changes must be in the table, and the table must hold nothing else.</summary>
    [Fact]
    public async Task Transitions_EveryScriptInEverySituation_AreThoseOfTheTable()
    {
        var documented = Markdown.Table(Page, "From | Script | When | To").ConvertAll(row => $"{row[0]} | {row[1].Trim('`')} | {row[3]}");
        var seen = new ConcurrentDictionary<string, string>();
        var situations = new LifecycleSituations(_store).All;
        var cases = situations.SelectMany(situation => new LifecycleScripts(_store).All.Select(script => (situation, script)));
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (one, _) =>
        {
            var living = await one.situation.Value();
            var from = await StateAsync(living.Job.Id);
            Assert.True(FirstWord(from) == FirstWord(one.situation.Key), $"'{one.situation.Key}' could not be reached: the job is {from}.");
            await one.script.Run(living);
            var to = await StateAsync(living.Job.Id);
            if (to != from)
            {
                seen[$"{FirstWord(from)} | {one.script.Script} | {to}"] = one.situation.Key;
            }
        });

        Assert.Equal(seen.Keys.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
        Assert.Equal(Enum.GetValues<JobState>().Select(state => state.Name()).Append("none").Order(), situations.Keys.Select(FirstWord).Distinct().Order());
    }

    [Fact]
    public void Scripts_AgainstFiles_AreAllThereAndAllRun()
    {
        var files = typeof(JobKeys).Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".lua", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension).Where(name => name != "prelude").Order().ToList();
        Assert.Equal(files, Markdown.Table(Page, "Script | Called by | Does").Select(row => row[0].Trim('`')).Order());
        Assert.Equal(files, new LifecycleScripts(_store).All.Select(script => script.Script).Distinct().Order());
    }

    [Fact]
    public void States_AgainstContracts_AreAllThere()
    {
        var documented = Markdown.Table(Page, "State | Terminal | Meaning").Select(row => $"{row[0].Trim('`')} {row[1]}");
        Assert.Equal(Enum.GetValues<JobState>().Select(state => $"{state.Name()} {(state.IsTerminal() ? "yes" : "no")}"), documented);
    }

    [Fact]
    public void ErrorCodes_AgainstContracts_AreAllThere()
    {
        var codes = typeof(JobErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(codes.Order(), Markdown.Table(Page, "Error code | Means").Select(row => row[0].Trim('`')).Order());
    }

    private static string FirstWord(string text) => text.Split(' ', ',')[0];

    /// <summary>The state, with what the table says of it: a suspect, or the error code.</summary>
    private async Task<string> StateAsync(JobId id)
    {
        var values = await _store.Redis.GuardAsync(redis => redis.HashGetAsync(JobKeys.Job(id), ["state", "suspect", "error"]), StoreHarness.Stop);
        return ((string?)values[0], (string?)values[1], (string?)values[2]) switch
        {
            (null, _, _) => "none",
            (var state, _, { Length: > 0 } error) => $"{state} ({FirstWord(error)})",
            ("queued" or "running", "1", _) => $"{values[0]} (suspect)",
            var (state, _, _) => state,
        };
    }
}
