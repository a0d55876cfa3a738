using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using QueueInference.Api.Hosting;
using QueueInference.Api.Webhooks;
using QueueInference.Core.Jobs;
using QueueInference.Standalone;
using QueueInference.Worker.Hosting;
using QueueInference.Worker.Inference;

namespace QueueInference.Tests.Docs;

public sealed class ConfigurationDocTests
{
    private const string Page = "docs/configuration.md";

    /// <summary>Where null stands for a default that is filled in later.</summary>
    private static readonly Dictionary<string, object> FilledIn = new()
    {
        ["Api:Roles"] = new[] { "jobs", "sweeper", "webhooks" }.Where(new ApiOptions().Has).ToArray(),
        ["Webhooks:Schedule"] = WebhookOptions.DefaultSchedule,
        ["Worker:ExecutionProviders"] = new InferenceOptions().ExecutionProviders.ToArray(),
    };

    [Fact]
    public void Tables_AgainstOptionsClasses_HoldEverySettingAndDefault()
    {
        var documented = Markdown.Table(Page, "Setting | Environment variable | Default | Meaning").Select(row => string.Join(" | ", row[..3]));
        var actual = OptionsClasses().SelectMany(type => Properties(type).Select(property => Row(type, property)));
        Assert.Equal(actual.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Switches_OnTheCommandLine_SetWhatTheTableSays()
    {
        var rows = Markdown.Table(Page, "Switch | Taken by | Setting").ConvertAll(row => (Switch: row[0].Trim('`'), Setting: row[2].Trim('`')));
        string[] args = [.. rows.SelectMany(row => new[] { row.Switch, "http://given" + row.Switch })];
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.AddStandaloneConfiguration(args);
        Assert.All(rows, row => Assert.Equal("http://given" + row.Switch, builder.Configuration[row.Setting]));
        Assert.Subset(rows.Select(row => row.Switch).ToHashSet(), QueueInference.Worker.WorkerRegistration.Switches.Keys.ToHashSet());
    }

    [Fact]
    public void StandaloneDefaults_AgainstConfiguration_AreThoseOfTheTable()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.AddStandaloneConfiguration([]);
        var actual = builder.Configuration.AsEnumerable().Where(pair => pair.Value is not null).Select(pair => $"`{pair.Key}` | `{pair.Value}`");
        var documented = Markdown.Table(Page, "Setting | Default in Standalone").Select(row => string.Join(" | ", row));
        Assert.Subset(actual.ToHashSet(), documented.ToHashSet());
    }

    private static IEnumerable<Type> OptionsClasses() =>
        new[] { typeof(JobOptions), typeof(ApiOptions), typeof(WorkerOptions), typeof(StandaloneOptions) }
            .SelectMany(type => type.Assembly.GetTypes()).Where(type => type.GetField("SectionName") is { IsLiteral: true });

    private static IEnumerable<PropertyInfo> Properties(Type type) => type.GetProperties().Where(property => property.CanWrite);

    private static string Row(Type type, PropertyInfo property)
    {
        var section = (string)type.GetField("SectionName")!.GetRawConstantValue()!;
        var setting = $"{section}:{property.Name}";
        var index = property.PropertyType.IsArray ? "__0" : "";
        var value = property.GetValue(Activator.CreateInstance(type)) ?? FilledIn.GetValueOrDefault(setting);
        return $"`{setting}` | `{section}__{property.Name}{index}` | {Text(value)}";
    }

    private static string Text(object? value) => value switch
    {
        null or Array { Length: 0 } => "none",
        Array values => string.Join(", ", values.Cast<object>().Select(Text)),
        _ => $"`{string.Format(CultureInfo.InvariantCulture, "{0}", value)}`",
    };
}
