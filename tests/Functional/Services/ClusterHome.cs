namespace QueueInference.Functional.Services;

/// <summary>What the nodes of one RabbitMQ cluster share: the port mapper of Erlang, and the folder with the cookie that lets them talk.</summary>
internal sealed class ClusterHome : IDisposable
{
    public int Epmd { get; } = Ports.Free();

    public string Folder { get; } = ServerRoot.TempFolder("qi-cookie-");

    public void Dispose()
    {
        Executables.KillByFolder(Folder);
        ServerRoot.Delete(Folder);
    }
}
