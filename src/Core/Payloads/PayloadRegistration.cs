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

    private static IPayloadStore Create(PayloadOptions options, string redis) => options.Store switch
    {
        PayloadStoreKind.Folder => new FolderPayloads(options.Folder!),
        PayloadStoreKind.S3 => new S3Payloads(S3Clients.Create(options.S3ServiceUrl), options.S3Bucket!, options.S3Prefix),
        _ => new RedisPayloads(RedisConnection.Open(redis, PieceTimeout), PieceTimeout),
    };
}
