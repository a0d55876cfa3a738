using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using QueueInference.Core.Store;

namespace QueueInference.Core.Payloads;

/// <summary>Registers the payload store that the options name.</summary>
internal static class PayloadRegistration
{
    private static readonly TimeSpan PieceTimeout = TimeSpan.FromSeconds(10);

    public static void AddPayloads(this IServiceCollection services, string redis)
    {
        services.AddOptionsWithValidateOnStart<PayloadOptions>().BindConfiguration(PayloadOptions.SectionName);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PayloadOptions>, PayloadOptionsAttributes>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PayloadOptions>, PayloadOptionsValidator>());
        services.TryAddSingleton<PayloadLedger>();
        services.TryAddSingleton<Payloads>();
        services.TryAddSingleton(provider => Create(provider.GetRequiredService<IOptions<PayloadOptions>>().Value, redis));
    }

    /// <summary>A client that gives up after a while, and asks for no checksums that servers other than Amazon's do not know.</summary>
    internal static IAmazonS3 S3Client(string? serviceUrl, AWSCredentials? credentials = null)
    {
        var config = new AmazonS3Config
        {
            MaxErrorRetry = 2,
            Timeout = TimeSpan.FromMinutes(1),
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (serviceUrl is not null)
        {
            (config.ServiceURL, config.ForcePathStyle) = (serviceUrl, true);
        }

        return credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
    }

    private static IPayloadStore Create(PayloadOptions options, string redis) => options.Store switch
    {
        PayloadStoreKind.Folder => new FolderPayloads(options.Folder!),
        PayloadStoreKind.S3 => new S3Payloads(S3Client(options.S3ServiceUrl), options.S3Bucket!, options.S3Prefix),
        _ => new RedisPayloads(RedisConnection.Open(redis, PieceTimeout), PieceTimeout),
    };
}
