namespace QueueInference.Worker.Models.Sources;

/// <summary>Where a repository lies in S3.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">Stands before every key; empty, or with a slash at its end.</param>
internal sealed record S3Address(string Bucket, string Prefix)
{
    private const string Scheme = "s3://";

    /// <summary>Reads <c>s3://bucket/prefix</c>; null for anything else.</summary>
    public static S3Address? Parse(string text)
    {
        var parts = text.StartsWith(Scheme, StringComparison.Ordinal) ? text[Scheme.Length..].Split('/', 2) : [];
        return parts is [{ Length: > 0 } bucket, ..] ? new(bucket, parts is [_, { Length: > 0 } prefix] ? prefix.TrimEnd('/') + "/" : "") : null;
    }

    public override string ToString() => $"{Scheme}{Bucket}/{Prefix}";
}
