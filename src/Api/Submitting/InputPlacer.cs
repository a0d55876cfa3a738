using QueueInference.Api.Requests;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Core.Tensors;

namespace QueueInference.Api.Submitting;

/// <summary>Puts inputs where the job will have them: small ones ride in the message, large ones lie in the payload store.</summary>
internal sealed class InputPlacer(Payloads payloads)
{
    /// <summary>Whether inputs go to the payload store.</summary>
    public bool AreLarge(IReadOnlyList<Tensor> inputs) => payloads.AreLarge(inputs);

    /// <summary>Places inputs that are in memory.</summary>
    public async Task<IReadOnlyList<Tensor>> PlaceAsync(string partition, IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken) => payloads.AreLarge(inputs)
        ? InPayload(await payloads.WriteAsync(partition, inputs, cancellationToken), inputs)
        : inputs;

    /// <summary>Places inputs whose data is still arriving; no more than a piece of large ones is ever in memory.</summary>
    public async Task<IReadOnlyList<Tensor>> PlaceAsync(string partition, IReadOnlyList<Tensor> inputs, ArrivingInputs arriving, CancellationToken cancellationToken) =>
        payloads.AreLarge(inputs)
            ? InPayload(await payloads.WriteAsync(partition, arriving.ReadAsync(CancellationToken.None), cancellationToken), inputs)
            : await arriving.LoadAsync(cancellationToken);

    /// <summary>Once the submission is over: a payload that no job has taken is deleted.</summary>
    public Task LetGoAsync(IReadOnlyList<Tensor> placed) =>
        AbsentData.PayloadOf(placed) is { } payload ? payloads.DiscardAsync(payload) : Task.CompletedTask;

    private static Tensor[] InPayload(string payload, IReadOnlyList<Tensor> inputs) =>
        [.. inputs.Select(input => input with { Data = AbsentData.Of(input.Data.Length, payload) })];
}
