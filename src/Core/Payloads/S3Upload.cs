using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace QueueInference.Core.Payloads;

/// <summary>One object on its way: put at once when it has one part, else in parts.</summary>
internal sealed class S3Upload(IAmazonS3 s3, string bucket, string key)
{
    private readonly List<PartETag> _parts = [];
    private string? _id;

    /// <summary>Uploads a part that is not the last.</summary>
    public async Task AddAsync(MemoryStream part, CancellationToken cancellationToken)
    {
        _id ??= (await s3.InitiateMultipartUploadAsync(bucket, key, cancellationToken)).UploadId;
        part.Position = 0;
        var number = _parts.Count + 1;
        var request = new UploadPartRequest
        {
            BucketName = bucket, Key = key, UploadId = _id, PartNumber = number, PartSize = part.Length, InputStream = part, UseChunkEncoding = false,
        };
        var answer = await s3.UploadPartAsync(request, cancellationToken);
        _parts.Add(new PartETag(number, answer.ETag));
    }

    /// <summary>Uploads the last part; after this there is an object.</summary>
    public async Task EndAsync(MemoryStream part, CancellationToken cancellationToken)
    {
        if (_id is null)
        {
            part.Position = 0;
            var request = new PutObjectRequest { BucketName = bucket, Key = key, InputStream = part, AutoCloseStream = false, UseChunkEncoding = false };
            await s3.PutObjectAsync(request, cancellationToken);
            return;
        }

        await AddAsync(part, cancellationToken);
        await s3.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = _id, PartETags = _parts }, cancellationToken);
    }

    /// <summary>Removes the parts that are there; what cannot be removed now is when the payload is deleted.</summary>
    public async Task AbortAsync()
    {
        try
        {
            _ = _id is null ? null : await s3.AbortMultipartUploadAsync(bucket, key, _id, CancellationToken.None);
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
        }
    }
}
