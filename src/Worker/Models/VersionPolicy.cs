namespace QueueInference.Worker.Models;

/// <summary>The rule that chooses which versions of a model are served.</summary>
internal enum VersionPolicy
{
    /// <summary>The highest ones.</summary>
    Latest,
    /// <summary>Every one.</summary>
    All,
    /// <summary>Those that the settings name.</summary>
    List,
}
