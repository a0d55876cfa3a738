namespace QueueInference.Worker.Models;

/// <summary>Which versions of a model are served.</summary>
internal sealed class VersionSettings
{
    /// <summary>The rule: <c>latest</c>, <c>all</c> or <c>list</c>.</summary>
    /// <value>The default is null: <c>list</c> where there is one, else <c>latest</c>.</value>
    public VersionPolicy? Policy { get; set; }

    /// <summary>How many of the highest versions <c>latest</c> serves.</summary>
    /// <value>The default is 1.</value>
    public int Count { get; set; } = 1;

    /// <summary>The versions that <c>list</c> serves.</summary>
    public int[]? List { get; set; }

    /// <summary>The version that runs jobs which name none.</summary>
    /// <value>The default is null: the highest that takes what the one before it took.</value>
    public int? Default { get; set; }

    /// <summary><see cref="Policy"/> with its default resolved.</summary>
    public VersionPolicy EffectivePolicy => Policy ?? (List is null ? VersionPolicy.Latest : VersionPolicy.List);

    /// <summary>Chooses among the versions that were found; the answer ascends.</summary>
    public IEnumerable<int> Choose(IReadOnlyList<int> found) => EffectivePolicy switch
    {
        VersionPolicy.Latest => found.Order().TakeLast(Count),
        VersionPolicy.List => found.Order().Where((List ?? []).Contains),
        _ => found.Order(),
    };
}
