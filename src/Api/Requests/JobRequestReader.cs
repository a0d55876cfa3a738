using System.Text.Json;
using QueueInference.Api.Problems;
using QueueInference.Contracts;

namespace QueueInference.Api.Requests;

/// <summary>Reads the body of a submission, JSON or the protocol's binary form, in one pass and without building a document.</summary>
/// <remarks>
/// Tensors go straight from text to the little-endian bytes a worker takes. Nothing is allocated for a shape that the body cannot fill,
/// so a small body costs little whatever it claims. Refusals name a place and a rule, never what the client wrote.
/// </remarks>
internal static class JobRequestReader
{
    private const string Known =
        "model, version, inputs, outputs, priority, deadline, result_ttl_seconds, webhook, idempotency_key, metadata and parameters";

    /// <summary>Reads a body or throws a <see cref="ProblemException"/>.</summary>
    /// <param name="body">The whole body. Tensors of the binary form point into it, so it must live as long as the request.</param>
    /// <param name="inferenceHeaderLength">Bytes of JSON before the binary tensors; null when the body is JSON alone.</param>
    /// <param name="now">The time to compare the deadline with.</param>
    /// <param name="limits">How much may be asked for.</param>
    public static JobRequest Read(ReadOnlyMemory<byte> body, int? inferenceHeaderLength, DateTimeOffset now, RequestLimits limits)
    {
        if (inferenceHeaderLength is { } length && (length <= 0 || length > body.Length))
        {
            throw RequestText.HeaderLength();
        }

        var json = body[..(inferenceHeaderLength ?? body.Length)].Span;
        return Read(json, inferenceHeaderLength is null ? null : new BinaryTail(body[json.Length..]), now, limits);
    }

    /// <summary>Reads the JSON of the binary form alone, or throws a <see cref="ProblemException"/>; the data of the binary tensors is absent.</summary>
    public static JobRequest ReadHeader(ReadOnlySpan<byte> json, DateTimeOffset now, RequestLimits limits) =>
        Read(json, new BinaryTail(null), now, limits);

    private static JobRequest Read(ReadOnlySpan<byte> json, BinaryTail? tail, DateTimeOffset now, RequestLimits limits)
    {
        RequestText.Require(json);
        try
        {
            return ReadDocument(new JsonCursor(json, limits.MaxJsonDepth), new InputReader(limits, tail), new OptionReader(limits, now));
        }
        catch (JsonException error)
        {
            throw RequestText.Malformed(json, error);
        }
        catch (ProblemException)
        {
            // What is no JSON is called so, wherever it breaks; otherwise the answer would depend on the order of the properties.
            RequestText.RequireWellFormed(json, limits.MaxJsonDepth);
            throw;
        }
    }

    private static JobRequest ReadDocument(JsonCursor json, InputReader inputs, OptionReader options)
    {
        json.Next();
        json.Require(JsonTokenType.StartObject, "", "an object");
        var draft = new Draft(inputs, options);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (json.NextProperty(names, "", out var name))
        {
            draft.Take(ref json, name);
        }

        // Throws where anything but white space follows.
        json.Next();
        inputs.RequireEnd();
        return draft.Finish();
    }

    /// <summary>The request while it is being read.</summary>
    private sealed class Draft(InputReader inputs, OptionReader options)
    {
        private string? _model;
        private IReadOnlyList<Tensor>? _inputs;
        private JobRequest _rest = new() { Model = "", Inputs = [] };

        public void Take(ref JsonCursor json, string name)
        {
            switch (name)
            {
                case "model":
                    _model = json.Text("/model");
                    break;
                case "inputs":
                    _inputs = inputs.Read(ref json);
                    break;
                case "parameters":
                    ParameterReader.Read(ref json, "/parameters");
                    break;
                case "id":
                    throw new ProblemException("invalid-option", "/id", "The service chooses job ids; use metadata or idempotency_key for your own.");
                default:
                    TakeOption(ref json, name);
                    break;
            }
        }

        public JobRequest Finish() => _rest with
        {
            Model = _model ?? throw new ProblemException("type-mismatch", "/model", "The property is required."),
            Inputs = _inputs ?? throw new ProblemException("type-mismatch", "/inputs", "The property is required."),
        };

        private void TakeOption(ref JsonCursor json, string name)
        {
            // An optional property that is null is one that is left out: many serializers write it so.
            var absent = json.Kind == JsonTokenType.Null;
            _rest = name switch
            {
                "version" => absent ? _rest : _rest with { Version = OptionReader.Version(ref json) },
                "outputs" => absent ? _rest : _rest with { Outputs = options.Outputs(ref json) },
                "priority" => absent ? _rest : _rest with { Priority = OptionReader.Priority(ref json) },
                "deadline" => absent ? _rest : _rest with { Deadline = options.Deadline(ref json) },
                "result_ttl_seconds" => absent ? _rest : _rest with { ResultTtlSeconds = options.ResultTtl(ref json) },
                "webhook" => absent ? _rest : _rest with { Webhook = WebhookReader.Read(ref json, options.Limits) },
                "idempotency_key" => absent ? _rest : _rest with { IdempotencyKey = OptionReader.IdempotencyKey(ref json) },
                "metadata" => absent ? _rest : _rest with { Metadata = options.Metadata(ref json) },
                _ => throw new ProblemException("unknown-property", "", $"The object has a property other than {Known}."),
            };
        }
    }
}
