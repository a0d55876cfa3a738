using QueueInference.Functional.Hosts;
using QueueInference.Functional.Payloads;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>The model repository is a prefix of a bucket.</summary>
public sealed class S3RepositoryTests(TestServices services)
{
    [Fact]
    public async Task VersionsInABucket_ComeAndGo_AndStayWhileItIsAway()
    {
        await using var bucket = new Bucket();
        await bucket.StartAsync();
        var cache = Directory.CreateTempSubdirectory("qi-cache-").FullName;
        var (model, file) = ("s3" + Guid.NewGuid().ToString("N"), await File.ReadAllBytesAsync(Digits.ModelFile, TestContext.Current.CancellationToken));
        await PutAsync(bucket, $"{model}/model.json", """{"max_attempts":2}"""u8.ToArray());
        await PutAsync(bucket, $"{model}/1/model.onnx", file);
        var address = $"s3://{Bucket.Name}/{bucket.Prefix}";
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=13", workers: 0, new(bucket.Settings)
        {
            ["Payloads__Store"] = "Redis", ["Worker__ModelsS3ServiceUrl"] = bucket.Address, ["Worker__ModelCache"] = cache, ["Worker__PollInterval"] = "00:00:00.3",
        });
        cluster.Workers.Add(cluster.NewWorker(address));
        await cluster.StartAsync();
        await UntilVersionAsync(cluster, model, "1");

        await PutAsync(bucket, $"{model}/2/model.onnx", file);
        await UntilVersionAsync(cluster, model, "2");

        await bucket.Client.DeleteObjectAsync(Bucket.Name, $"{bucket.Prefix}{model}/2/model.onnx", TestContext.Current.CancellationToken);
        await UntilVersionAsync(cluster, model, "1");

        // Without the bucket it serves on, and starts again with what it has.
        await bucket.DisposeAsync();
        cluster.Workers[0].Kill();
        await cluster.Workers[0].StartAsync();
        await UntilVersionAsync(cluster, model, "1");
        Assert.Contains("was not pulled this time; what is here stays", cluster.Workers[0].Output, StringComparison.Ordinal);
        Directory.Delete(cache, recursive: true);
    }

    private static Task UntilVersionAsync(Cluster cluster, string model, string version) => Wait.UntilAsync(async () =>
    {
        var (status, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)), wait: 10);
        return status == System.Net.HttpStatusCode.OK && JobClient.State(job) == "succeeded" && job.GetProperty("version").GetString() == version;
    }, TimeSpan.FromSeconds(60), $"version {version} to answer");

    private static Task PutAsync(Bucket bucket, string key, byte[] bytes) => bucket.Client.PutObjectAsync(new()
    {
        BucketName = Bucket.Name, Key = bucket.Prefix + key, InputStream = new MemoryStream(bytes), UseChunkEncoding = false,
    }, TestContext.Current.CancellationToken);
}
