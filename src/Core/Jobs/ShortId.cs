using System.Buffers.Text;

namespace QueueInference.Core.Jobs;

/// <summary>128 bits in 22 characters: two of them and a time fit in a lease of 64, up to which Redis keeps a record in one piece.</summary>
public static class ShortId
{
    /// <summary>One that nobody else has.</summary>
    public static string New() => Of(Guid.NewGuid());

    /// <summary>Another writing of an id.</summary>
    public static string Of(Guid id) => Base64Url.EncodeToString(id.ToByteArray());
}
