using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using QueueInference.Core.Store;

namespace QueueInference.Core.Payloads;

/// <summary>Payloads as objects of a bucket. Larger ones are uploaded in parts, and become an object only with the last.</summary>
/// <param name="s3">The client, which is disposed with this.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="prefix">Stands before every key.</param>
internal sealed class S3Payloads(IAmazonS3 s3, string bucket, string prefix) : IPayloadStore, IDisposable
{
    /// <summary>S3 takes parts of 5 MiB at least.</summary>
    internal const int PartBytes = 8 << 20;

    public async Task WriteAsync(string name, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken)
    {
        var upload = new S3Upload(s3, bucket, prefix + name);
        using var part = new MemoryStream(PartBytes);
        try
        {
            await foreach (var piece in pieces.WithCancellation(cancellationToken))
            {
                if (part.Length + piece.Length > PartBytes)
                {
                    await GuardAsync(() => upload.AddAsync(part, cancellationToken));
                    part.SetLength(0);
                }

                part.Write(piece.Span);
            }

            await GuardAsync(() => upload.EndAsync(part, cancellationToken));
        }
        catch
        {
            await upload.AbortAsync();
            throw;
        }
    }

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        try
        {
            var answer = await s3.GetObjectAsync(bucket, prefix + name, cancellationToken);
            return (Stream?)new GuardedStream(answer.ResponseStream);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchKey")
        {
            return null;
        }
    });

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await s3.DeleteObjectAsync(bucket, prefix + name, cancellationToken);
        foreach (var upload in await BegunAsync(prefix + name, cancellationToken))
        {
            await s3.AbortMultipartUploadAsync(bucket, upload.Key, upload.UploadId, cancellationToken);
        }

        return true;
    });

    public void Dispose() => s3.Dispose();

    /// <summary>What a process that died has left of an upload: no object, but kept and paid for.</summary>
    private async Task<List<MultipartUpload>> BegunAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var begun = await s3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket, Prefix = key }, cancellationToken);
            return begun.MultipartUploads ?? [];
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotImplemented)
        {
            // Not every server can tell; what it cannot tell of must not keep objects from being deleted.
            return [];
        }
    }

    private static Task GuardAsync(Func<Task> call) => GuardAsync(async () =>
    {
        await call();
        return true;
    });

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.InsufficientStorage)
        {
            throw new StoreFullException(e);
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
        {
            throw new StoreUnavailableException(e);
        }
    }
}
