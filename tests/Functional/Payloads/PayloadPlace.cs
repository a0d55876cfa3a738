using QueueInference.Core.Store;
using QueueInference.Functional.Services;
using StackExchange.Redis;

namespace QueueInference.Functional.Payloads;

/// <summary>Where the payloads of a test lie, in a Redis, a folder or a bucket of its own.</summary>
public abstract class PayloadPlace : IAsyncDisposable
{
    private RedisProcess? _redis;

    /// <summary>The store of the jobs.</summary>
    public string Redis => _redis!.Address;

    /// <summary>Settings of the hosts.</summary>
    public abstract Dictionary<string, string> Settings { get; }

    /// <summary>A connection to look into the store.</summary>
    private protected IConnectionMultiplexer Connection { get; private set; } = null!;

    public virtual async Task StartAsync()
    {
        _redis = await RedisProcess.StartAsync();
        Connection = RedisConnection.Open(_redis.Address + ",allowAdmin=true", TimeSpan.FromSeconds(10));
    }

    /// <summary>Payloads there are, whole or not.</summary>
    public abstract Task<int> CountAsync();

    /// <summary>Loses every payload, and nothing else.</summary>
    public abstract Task LoseAllAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _redis!.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

internal sealed class RedisPlace : PayloadPlace
{
    public override Dictionary<string, string> Settings => [];

    public override Task<int> CountAsync() => Task.FromResult(Keys().Length);

    public override Task LoseAllAsync() => Connection.GetDatabase().KeyDeleteAsync(Keys());

    private RedisKey[] Keys() => [.. Connection.GetServers()[0].Keys(pattern: "qi:*:pay:*")];
}

internal sealed class FolderPlace : PayloadPlace
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qi-payloads-");

    public override Dictionary<string, string> Settings => new() { ["Payloads__Store"] = "Folder", ["Payloads__Folder"] = _folder.FullName };

    public override Task<int> CountAsync() => Task.FromResult(_folder.GetFiles().Length);

    public override Task LoseAllAsync()
    {
        foreach (var file in _folder.GetFiles())
        {
            file.Delete();
        }

        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

internal sealed class S3Place : PayloadPlace
{
    private readonly Bucket _bucket = new();

    public override Dictionary<string, string> Settings => _bucket.Settings;

    public override async Task StartAsync()
    {
        await base.StartAsync();
        await _bucket.StartAsync();
    }

    public override Task<int> CountAsync() => _bucket.CountAsync();

    public override async Task LoseAllAsync()
    {
        foreach (var lost in await _bucket.ObjectsAsync())
        {
            await _bucket.Client.DeleteObjectAsync(Bucket.Name, lost.Key);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _bucket.DisposeAsync();
    }
}
