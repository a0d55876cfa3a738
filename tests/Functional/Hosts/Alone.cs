namespace QueueInference.Functional.Hosts;

/// <summary>Tests that fill the machine, or measure how long something takes: no others run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
