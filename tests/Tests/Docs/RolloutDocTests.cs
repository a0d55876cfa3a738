using System.Text.Json;
using QueueInference.Worker.Models;

namespace QueueInference.Tests.Docs;

public sealed class RolloutDocTests
{
    private const string Page = "docs/rollouts.md";

    [Fact]
    public void Table_AgainstSettings_HoldsEveryPropertyAndDefault()
    {
        var documented = Markdown.Table(Page, "In `rollout` | Default | Meaning").Select(row => $"{row[0]} {row[1].Trim('`')}");
        using var settings = JsonSerializer.SerializeToDocument(new RolloutSettings(), ModelSettingsContext.Default.RolloutSettings);
        Assert.Equal(settings.RootElement.EnumerateObject().Select(property => $"`{property.Name}` {property.Value.GetRawText()}"), documented);
    }

    [Fact]
    public void Example_ReadAsModelJson_IsAccepted()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, Assert.Single(Markdown.Blocks(Page, "json")));
        var settings = ModelSettingsReader.Read(path);
        File.Delete(path);
        Assert.NotNull(settings.Rollout);
    }
}
