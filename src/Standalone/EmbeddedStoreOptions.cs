using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace QueueInference.Standalone;

/// <summary>The embedded Garnet of Standalone. Section <c>Store</c>.</summary>
public sealed class EmbeddedStoreOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Store";

    /// <summary>Memory of the store's log; what does not fit is read back from disk.</summary>
    /// <value>The default is <c>128m</c>.</value>
    [RegularExpression("^[0-9]+[kmg]$", ErrorMessage = "Store:Memory must be a size such as 128m.")]
    public string Memory { get; set; } = "128m";

    /// <summary>Size of the append-only file at which a checkpoint is taken and the file is cut.</summary>
    /// <value>The default is <c>1g</c>.</value>
    [RegularExpression("^[0-9]+[kmg]$", ErrorMessage = "Store:AppendOnlyFile must be a size such as 1g.")]
    public string AppendOnlyFile { get; set; } = "1g";
}

[OptionsValidator]
internal sealed partial class EmbeddedStoreOptionsValidator : IValidateOptions<EmbeddedStoreOptions>;
