using System.Globalization;
using System.Text.Json;
using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Contracts;
using QueueInference.Core.Drift;

namespace QueueInference.Api.Models;

/// <summary>The route of how far inputs and outputs of a model's versions have gone from where they began.</summary>
internal static class DriftEndpoints
{
    public static void MapDrift(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGroup("/v1/models/{model}/drift").AddEndpointFilter<AcceptFilter>().MapGet("", GetAsync);

    private static async Task GetAsync(HttpContext context, string model, ModelDirectory directory, DriftStore drift, CancellationToken cancellationToken)
    {
        var versions = (await JobQueries.GuardAsync(() => directory.ListAsync(cancellationToken))).Where(version => version.Model == model).OrderBy(version => version.Version).ToList();
        if (versions.Count == 0)
        {
            throw new ProblemException(new Problem("model-not-found", "No worker has announced this model. GET /v1/models lists those that exist."));
        }

        var known = await JobQueries.GuardAsync(() => Task.WhenAll(versions.Select(version => drift.GetAsync(version, cancellationToken))));
        await JobAnswers.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            json.WriteStartArray("versions");
            foreach (var (version, found) in versions.Zip(known))
            {
                Write(json, version, found);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }, cancellationToken);
    }

    private static void Write(Utf8JsonWriter json, ModelVersionInfo version, (IReadOnlyDictionary<DriftFeature, DriftWindows> Features, long Since)? known)
    {
        json.WriteStartObject();
        json.WriteString("version", version.Version.ToString(CultureInfo.InvariantCulture));
        WriteKnown(json, "since", known?.Since);
        json.WriteStartArray("features");
        foreach (var (feature, windows) in (known?.Features ?? new Dictionary<DriftFeature, DriftWindows>()).OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal))
        {
            Write(json, feature, windows);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DriftFeature feature, DriftWindows windows)
    {
        json.WriteStartObject();
        json.WriteString("direction", feature.IsInput ? "input" : "output");
        json.WriteString("kind", feature.IsLabel ? "label" : "numbers");
        json.WriteString("name", feature.Name);
        WriteKnown(json, "psi", windows.SinceFirst);
        WriteKnown(json, "psi_previous_day", windows.SinceYesterday);
        json.WriteNumber("samples", windows.Now.Values.Sum());
        json.WriteNumber("samples_first", windows.First.Values.Sum());
        json.WriteStartArray("bins");
        foreach (var bin in windows.First.Keys.Union(windows.Now.Keys).Order())
        {
            Write(json, feature, windows, bin);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DriftFeature feature, DriftWindows windows, int bin)
    {
        json.WriteStartObject();
        if (feature.IsLabel)
        {
            json.WriteNumber("label", bin);
        }
        else
        {
            WriteKnown(json, "up_to", bin < windows.Edges.Length ? windows.Edges[bin] : null);
        }

        json.WriteNumber("now", windows.Now.GetValueOrDefault(bin));
        json.WriteNumber("first", windows.First.GetValueOrDefault(bin));
        json.WriteEndObject();
    }

    private static void WriteKnown(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
