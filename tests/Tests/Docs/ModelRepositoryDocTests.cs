using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using QueueInference.Contracts;
using QueueInference.Worker.Models;

namespace QueueInference.Tests.Docs;

public sealed class ModelRepositoryDocTests
{
    private const string Page = "docs/model-repository.md";

    [Fact]
    public void Table_AgainstSettingsClasses_HoldsEveryPropertyAndDefault()
    {
        var documented = Markdown.Table(Page, "Property | Default | Meaning").Select(row => $"{row[0]} | {row[1]}");
        var settings = new ModelSettings();
        // Null stands for these; what else is null has no default.
        var filledIn = new Dictionary<string, string>
        {
            ["batching.max_batch_size"] = "`\"auto\"`",
            ["versions.policy"] = $"`\"{JsonNamingPolicy.SnakeCaseLower.ConvertName(settings.Versions.EffectivePolicy.ToString())}\"`",
        };
        var actual = Properties(settings, "").Select(pair => $"`{pair.Name}` | {pair.Value ?? filledIn.GetValueOrDefault(pair.Name, "none")}");
        Assert.Equal(actual.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Example_ReadAsModelJson_IsAccepted()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, Assert.Single(Markdown.Blocks(Page, "json")));
        var settings = ModelSettingsReader.Read(path);
        File.Delete(path);
        Assert.Equal(32, settings.Batching.MaxBatchSize);
    }

    [Fact]
    public void Datatypes_AgainstContracts_AreAllThere()
    {
        var documented = Markdown.Table(Page, "Datatype | ONNX | JSON").SelectMany(row => Markdown.Code(row[0]));
        Assert.Equal(Enum.GetValues<TensorDatatype>().Select(type => type.ProtocolName()).Order(), documented.Order());
    }

    private static IEnumerable<(string Name, string? Value)> Properties(object settings, string prefix)
    {
        var properties = ModelSettingsContext.Default.GetTypeInfo(settings.GetType())!.Properties.Where(property => property.Set is not null);
        return properties.SelectMany(property => Value(property, settings, prefix));
    }

    private static IEnumerable<(string Name, string? Value)> Value(JsonPropertyInfo property, object settings, string prefix) =>
        property.Get!(settings) switch
        {
            { } nested when nested.GetType().Namespace == typeof(ModelSettings).Namespace => Properties(nested, $"{prefix}{property.Name}."),
            bool value => [(prefix + property.Name, value ? "`true`" : "`false`")],
            var value => [(prefix + property.Name, value is null ? null : $"`{value}`")],
        };
}
