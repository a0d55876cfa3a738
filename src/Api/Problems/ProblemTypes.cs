using System.Collections.Frozen;

namespace QueueInference.Api.Problems;

/// <summary>The catalogue: every problem the API answers with. docs/problems.md has a section for each, and a test compares the two.</summary>
internal static class ProblemTypes
{
    /// <summary>All of them, in the order of the page.</summary>
    public static IReadOnlyList<ProblemType> All { get; } =
    [
        // The request as a whole
        new("bad-request", 400, "The request is not valid HTTP"),
        new("request-timeout", 408, "The request arrived too slowly"),
        new("payload-too-large", 413, "The request body is too large"),
        new("bulk-too-large", 413, "The call has too many jobs"),
        new("malformed-multipart", 400, "The multipart body is broken"),
        new("unsupported-media-type", 415, "The content type is not supported"),
        new("unsupported-content-encoding", 415, "The content encoding is not supported"),
        new("route-not-found", 404, "There is nothing at this address"),
        new("method-not-allowed", 405, "The method is not allowed here"),
        new("not-acceptable", 406, "No acceptable representation exists"),
        new("invalid-idempotency-key", 400, "The idempotency key is not valid"),
        new("idempotency-key-reused", 422, "The Idempotency-Key was used with another request"),
        new("idempotency-in-progress", 409, "The first request with this Idempotency-Key is still being handled"),

        // Who asks
        new("missing-credentials", 401, "Credentials are required"),
        new("invalid-credentials", 401, "The credentials are not valid"),
        new("forbidden", 403, "The credentials do not allow this"),
        new("rate-limited", 429, "Too many requests"),
        new("too-many-jobs", 429, "Too many unfinished jobs"),

        // JSON
        new("empty-body", 400, "The request body is empty"),
        new("malformed-json", 400, "The body is not valid JSON"),
        new("json-too-deep", 400, "The JSON is nested too deeply"),
        new("duplicate-property", 400, "A JSON property appears twice"),
        new("unknown-property", 400, "A JSON property is not known"),
        new("invalid-encoding", 400, "The body is not valid UTF-8"),
        new("type-mismatch", 400, "A JSON value is missing or of the wrong kind"),

        // Tensors
        new("invalid-shape", 422, "A shape is not valid"),
        new("shape-too-large", 422, "A shape is too large"),
        new("shape-data-mismatch", 422, "The data does not fit the shape"),
        new("shape-not-supported", 422, "The model does not take this shape"),
        new("dtype-mismatch", 422, "The datatype does not fit"),
        new("number-out-of-range", 422, "A number does not fit its datatype"),
        new("invalid-base64", 422, "The base64 data is not valid"),
        new("input-set-mismatch", 422, "The inputs or outputs are not the model's"),
        new("too-many-items", 422, "The job has too many rows"),
        new("empty-batch", 422, "The job has no rows"),
        new("string-element-invalid", 422, "A string element is not valid"),

        // Options
        new("invalid-option", 422, "An option is not valid"),
        new("webhook-url-invalid", 422, "The webhook is not valid"),
        new("webhook-url-forbidden", 422, "The webhook's host is not allowed"),

        // Models and jobs
        new("model-not-found", 404, "The model or version does not exist"),
        new("model-unavailable", 503, "No worker has served this model for too long"),
        new("job-not-found", 404, "The job does not exist"),
        new("job-not-finished", 409, "The job has not finished"),
        new("job-without-result", 409, "The job ended without a result"),
        new("job-not-terminal", 409, "The job can be deleted only when it has finished"),
        new("job-already-finished", 409, "The job has already finished"),
        new("result-expired", 410, "The result is no longer kept"),
        new("result-lost", 410, "The result was lost"),
        new("dead-letter-not-found", 404, "The dead letter does not exist"),
        new("dead-letter-without-queue", 409, "The dead letter has no queue to go to"),

        // The service
        new("enqueue-unconfirmed", 503, "The queue did not confirm the job in time"),
        new("broker-unavailable", 503, "The queue is not available"),
        new("overloaded", 503, "The server has too much in hand"),
        new("queue-full", 503, "The queue is full"),
        new("store-unavailable", 503, "The job store is not available"),
        new("store-full", 503, "The job store is full"),
        new("internal-error", 500, "Something went wrong"),
    ];

    private static readonly FrozenDictionary<string, ProblemType> BySlug = All.ToFrozenDictionary(type => type.Slug);

    /// <summary>Finds a type; an unknown slug is a bug and throws.</summary>
    public static ProblemType Get(string slug) => BySlug[slug];
}
