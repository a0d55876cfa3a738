using System.Text.Json;
using System.Text.Json.Serialization;
using QueueInference.Contracts;

namespace QueueInference.Core.Jobs;

/// <summary>The JSON of what is kept beside a record's fields, and of what workers announce.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobSpec))]
[JsonSerializable(typeof(ModelVersionInfo))]
[JsonSerializable(typeof(Models.WorkerInfo))]
[JsonSerializable(typeof(DeadLetters.DeadLetter))]
[JsonSerializable(typeof(Rollouts.RolloutState))]
[JsonSerializable(typeof(Rollouts.RolloutEvent))]
[JsonSerializable(typeof(Rollouts.RolloutNotice))]
public sealed partial class JobJson : JsonSerializerContext;
