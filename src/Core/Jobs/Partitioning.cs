namespace QueueInference.Core.Jobs;

/// <summary>Cuts jobs into what one script call may take.</summary>
public static class Partitioning
{
    /// <summary>The same items, by partition; mostly they are all of one.</summary>
    public static IEnumerable<IReadOnlyList<T>> ByPartition<T>(this IReadOnlyList<T> items, Func<T, JobId> id)
    {
        for (var i = 1; i < items.Count; i++)
        {
            if (id(items[i]).Partition != id(items[0]).Partition)
            {
                return items.GroupBy(item => id(item).Partition).Select(group => (IReadOnlyList<T>)[.. group]);
            }
        }

        return items.Count == 0 ? [] : [items];
    }
}
