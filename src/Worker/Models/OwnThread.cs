namespace QueueInference.Worker.Models;

/// <summary>Work that takes seconds. On a thread of the pool, which begins with one where a container has one core, nothing else would go on meanwhile.</summary>
internal static class OwnThread
{
    /// <summary>Runs something on a thread made for it.</summary>
    public static Task<T> RunAsync<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    /// <summary>Runs something on a thread made for it.</summary>
    public static Task RunAsync(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
