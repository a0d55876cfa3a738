using System.ComponentModel.DataAnnotations;

namespace QueueInference.Standalone;

/// <summary>Where Standalone keeps its jobs. Section <c>Standalone</c>.</summary>
public sealed class StandaloneOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Standalone";

    /// <summary>The data folder; <c>--data DIR</c> on the command line.</summary>
    /// <value>The default is <c>data</c>.</value>
    [Required]
    public string Data { get; set; } = "data";
}
