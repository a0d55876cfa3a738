using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using QueueInference.Core.Store;

namespace QueueInference.Core.Payloads;

/// <summary>The objects below a prefix of a bucket, for who only reads them.</summary>
/// <param name="serviceUrl">The server; null for Amazon's.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="prefix">Stands before every key.</param>
public sealed class S3Objects(string? serviceUrl, string bucket, string prefix) : IDisposable
{
    // The client's own limit ends with the headers.
    private static readonly TimeSpan Stall = TimeSpan.FromMinutes(1);

    private readonly IAmazonS3 _s3 = S3Clients.Create(serviceUrl);

    /// <summary>All of them: the rest of the key, the size, and when each was written.</summary>
    /// <exception cref="StoreUnavailableException">The bucket cannot be read.</exception>
    public Task<IReadOnlyList<(string Name, long Bytes, DateTime ModifiedAt)>> ListAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        List<(string, long, DateTime)> all = [];
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix };
        do
        {
            var page = await _s3.ListObjectsV2Async(request, cancellationToken);
            all.AddRange((page.S3Objects ?? []).Select(found => (found.Key[prefix.Length..], found.Size ?? 0, (found.LastModified ?? default).ToUniversalTime())));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (request.ContinuationToken is not null);

        return (IReadOnlyList<(string, long, DateTime)>)all;
    }, cancellationToken);

    /// <summary>Writes one into a file; answers its size.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be read.</exception>
    public Task<long> FetchAsync(string name, string path, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        using var answer = await _s3.GetObjectAsync(bucket, prefix + name, cancellationToken);
        await using var file = File.Create(path);
        await CopyAsync(answer.ResponseStream, file, cancellationToken);
        return file.Length;
    }, cancellationToken);

    public void Dispose() => _s3.Dispose();

    /// <summary>A server that has stopped sending without a word is not waited for.</summary>
    private static async Task CopyAsync(Stream from, FileStream to, CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var buffer = new byte[1 << 16];
        int read;
        do
        {
            stall.CancelAfter(Stall);
            read = await from.ReadAsync(buffer, stall.Token);
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
        while (read > 0);
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StoreUnavailableException(e);
        }
    }
}
