using System.Globalization;
using System.Text;

namespace QueueInference.Worker.Batching;

/// <summary>Makes shape keys readable: <c>1:x:11[*,3]</c> is <c>x:[*,3]</c>.</summary>
internal static class ShapeLabel
{
    /// <summary>The label of a key that <see cref="Inference.TensorBatch.ShapeKey"/> made.</summary>
    public static string Of(string shapeKey)
    {
        var label = new StringBuilder();
        for (var rest = shapeKey.AsSpan(); rest.Length > 0;)
        {
            var colon = rest.IndexOf(':');
            var name = rest.Slice(colon + 1, int.Parse(rest[..colon], CultureInfo.InvariantCulture));
            var shape = rest[(colon + 1 + name.Length)..];
            var (start, end) = (shape.IndexOf('['), shape.IndexOf(']') + 1);
            label.Append(label.Length > 0 ? " " : "").Append(name).Append(':').Append(shape[start..end]);
            rest = shape[end..];
        }

        return label.ToString();
    }
}
