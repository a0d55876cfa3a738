namespace QueueInference.Worker.Models.Checking;

/// <summary>Tries a model file where it can do no harm, before it is loaded where jobs run.</summary>
internal interface IModelCheck
{
    /// <summary>Tries it.</summary>
    /// <returns>What it learned of it.</returns>
    /// <exception cref="OperationCanceledException">The worker stops.</exception>
    /// <exception cref="InvalidDataException">It cannot be served; the message says why.</exception>
    CheckedModel Run(FoundVersion found, CancellationToken cancellationToken);
}
