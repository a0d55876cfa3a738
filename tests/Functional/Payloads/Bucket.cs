using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using QueueInference.Core.Payloads;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Payloads;

/// <summary>A folder of its own in a bucket: of the server that QI_TEST_S3 names (an address, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a bucket `payloads`), else of one within the tests.</summary>
internal sealed class Bucket : IAsyncDisposable
{
    public const string Name = "payloads";
    private S3Server? _server;

    public string Prefix { get; } = $"test-{Guid.NewGuid():N}/";

    public string Address { get; private set; } = "";

    public IAmazonS3 Client { get; private set; } = null!;

    /// <summary>What a host needs to know.</summary>
    public Dictionary<string, string> Settings => new()
    {
        ["Payloads__Store"] = "S3", ["Payloads__S3Bucket"] = Name, ["Payloads__S3Prefix"] = Prefix, ["Payloads__S3ServiceUrl"] = Address,
        ["AWS_ACCESS_KEY_ID"] = Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID") ?? "test",
        ["AWS_SECRET_ACCESS_KEY"] = Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY") ?? "test",
    };

    public async Task StartAsync()
    {
        _server = Environment.GetEnvironmentVariable("QI_TEST_S3") is null ? await S3Server.StartAsync() : null;
        Address = _server?.Address ?? Environment.GetEnvironmentVariable("QI_TEST_S3")!;
        Client = S3Clients.Create(Address, new BasicAWSCredentials(Settings["AWS_ACCESS_KEY_ID"], Settings["AWS_SECRET_ACCESS_KEY"]));
    }

    /// <summary>Objects, and uploads that have not ended.</summary>
    public async Task<int> CountAsync(string name = "")
    {
        var objects = await ObjectsAsync(name);
        return objects.Count + await UploadsAsync(name);
    }

    private async Task<int> UploadsAsync(string name)
    {
        try
        {
            var uploads = await Client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = Name, Prefix = Prefix + name });
            return uploads.MultipartUploads?.Count ?? 0;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == System.Net.HttpStatusCode.NotImplemented)
        {
            return 0;
        }
    }

    public async Task<List<S3Object>> ObjectsAsync(string name = "") =>
        (await Client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Name, Prefix = Prefix + name })).S3Objects ?? [];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
