using System.Globalization;
using System.Text.Json;
using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Models;
using QueueInference.Core.Store;

namespace QueueInference.Api.Models;

/// <summary>The routes of <c>/v1/models</c>.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder endpoints)
    {
        var models = endpoints.MapGroup("/v1/models").AddEndpointFilter<AcceptFilter>();
        models.MapGet("", ListAsync);
        models.MapGet("{model}", GetAsync);
    }

    private static async Task ListAsync(HttpContext context, ModelStatusReader status, CancellationToken cancellationToken)
    {
        var models = await status.ReadAsync(null, cancellationToken);
        await JobAnswers.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (var model in models)
            {
                Write(json, model);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }, cancellationToken);
    }

    private static async Task GetAsync(HttpContext context, string model, ModelStatusReader status, CancellationToken cancellationToken)
    {
        var models = await status.ReadAsync(model, cancellationToken);
        if (models.Count == 0)
        {
            throw new ProblemException(new Problem("model-not-found", "No worker has announced this model. GET /v1/models lists those that exist."));
        }

        await JobAnswers.WriteAsync(context, json => Write(json, models[0]), cancellationToken);
    }

    private static void Write(Utf8JsonWriter json, ModelStatus model)
    {
        json.WriteStartObject();
        json.WriteString("name", model.Name);
        json.WriteBoolean("ready", model.Workers > 0);
        json.WriteNumber("workers", model.Workers);
        json.WriteNumber("queue_depth", model.QueueDepth);
        json.WriteNumber("oldest_waiting_seconds", Math.Round(model.OldestSeconds, 3));
        WriteKnown(json, "estimated_wait_seconds", model.EstimatedWaitSeconds);
        WriteKnown(json, "jobs_per_second", model.JobsPerSecond);
        json.WriteStartArray("versions");
        foreach (var version in model.Versions)
        {
            WriteVersion(json, version, model.Holders[version.Version]);
        }

        json.WriteEndArray();
        json.WriteStartArray("failures");
        foreach (var (version, reason) in model.Failures)
        {
            json.WriteStartObject();
            json.WriteString("version", version);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        RolloutWriter.Write(json, model.Rollout, model.Numbers);
        json.WriteEndObject();
    }

    private static void WriteKnown(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, Math.Round(known, 3));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteVersion(Utf8JsonWriter json, ModelVersionInfo version, int workers)
    {
        json.WriteStartObject();
        json.WriteString("version", version.Version.ToString(CultureInfo.InvariantCulture));
        json.WriteBoolean("default", version.Default is true);
        json.WriteNumber("workers", workers);
        json.WriteString("sha256", version.Sha256);
        json.WriteStartObject("files");
        foreach (var (path, sha256) in version.Files ?? new Dictionary<string, string>())
        {
            json.WriteString(path, sha256);
        }

        json.WriteEndObject();
        json.WriteBoolean("batchable", version.Signature.Batchable);
        json.WriteNumber("max_batch_size", version.MaxBatchSize);
        json.WriteNumber("max_attempts", version.MaxAttempts);
        BatchingWriter.Write(json, version);
        WriteTensors(json, "inputs", version.Signature.Inputs);
        WriteTensors(json, "outputs", version.Signature.Outputs);
        json.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter json, string name, IReadOnlyList<TensorSpec> tensors)
    {
        json.WriteStartArray(name);
        foreach (var tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("datatype", tensor.Datatype.ProtocolName());
            json.WriteStartArray("shape");
            Array.ForEach(tensor.Shape, json.WriteNumberValue);
            json.WriteEndArray();
            if (tensor.Optional)
            {
                json.WriteBoolean("optional", true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
