using QueueInference.Contracts;
using QueueInference.Core.Tensors;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>Checks a job against the version that is to run it, and measures what the batching needs to know of it.</summary>
internal sealed class LaneAdmission(LoadedModel model)
{
    private readonly ModelSignature _signature = model.Info.Signature;
    private readonly bool _hasOptional = model.Info.Signature.Inputs.Any(spec => spec.Optional);
    private Tuple<List<Tensor>, string> _last = new([], "");

    /// <summary>Why the job cannot run, or null.</summary>
    public JobError? Check(HeldJob job)
    {
        if (SignatureCheck.Find(_signature, job.Inputs, job.Spec.Outputs, int.MaxValue) is { } mismatch)
        {
            return new JobError(JobErrorCodes.InvalidInput, $"{mismatch.Pointer}: {mismatch.Message}");
        }

        if (model.Settings.FiniteInputs && Broken(job) is { } broken)
        {
            return new JobError(JobErrorCodes.InvalidInput, $"The input '{broken.Name}' is not finite (NaN or infinity), which the model's finite_inputs forbids.");
        }

        Measure(job);
        return null;
    }

    private static Tensor? Broken(HeldJob job) => job.Inputs.FirstOrDefault(input => !FiniteCheck.IsFinite(input));

    private void Measure(HeldJob job)
    {
        job.Rows = SignatureCheck.Rows(_signature, job.Inputs);
        job.Length = model.CanStage ? model.Buckets?.Length(job.Inputs) : null;
        job.ShapeKey = Key(job.Length is { } length ? Padded(job.Inputs, model.Buckets!.Bucket(length)) : job.Inputs);
        job.Alone |= _hasOptional && OverridesDefault(job);
    }

    /// <summary>What overrides a default belongs to one job only.</summary>
    private bool OverridesDefault(HeldJob job) => _signature.Inputs.Any(spec => spec.Optional && job.Inputs.Any(input => input.Name == spec.Name));

    /// <summary>Mostly the shape is that of the job before.</summary>
    private string Key(IReadOnlyList<Tensor> inputs)
    {
        var (last, key) = _last;
        if (!TensorBatch.HaveSameShape(inputs, last))
        {
            key = TensorBatch.ShapeKey(inputs);
            _last = new(inputs.Select(input => input with { Data = default }).ToList(), key);
        }

        return key;
    }

    private Tensor[] Padded(IReadOnlyList<Tensor> inputs, int length) =>
        [.. inputs.Select(input => input with { Shape = model.Buckets!.PaddedShape(input, length) })];
}
