using System.Text.Json;
using System.Text.Json.Serialization;

namespace QueueInference.Worker.Models;

/// <summary>Strict JSON for <see cref="ModelSettings"/>: a typing error must not silently become a default.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(VersionPolicyConverter)])]
[JsonSerializable(typeof(ModelSettings))]
internal sealed partial class ModelSettingsContext : JsonSerializerContext;

/// <summary>Writes policies as their lower-case names; numbers are refused.</summary>
internal sealed class VersionPolicyConverter() : JsonStringEnumConverter<VersionPolicy>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
