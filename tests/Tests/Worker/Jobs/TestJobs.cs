using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;

namespace QueueInference.Tests.Worker.Jobs;

/// <summary>Makes jobs as the intake would hold them.</summary>
internal static class TestJobs
{
    private static readonly byte[] Key = new byte[32];

    public static HeldJob Held(
        MessageHold? message = null, JobPriority priority = JobPriority.Normal, long? deadline = null, long createdAt = 1000, bool suspect = false)
    {
        var spec = new JobSpec
        {
            Model = "m", Tenant = "default", CreatedAt = createdAt, ResultTtlSeconds = 60, MaxAttempts = 3, Priority = priority, Deadline = deadline,
        };
        var id = JobId.Create(0, createdAt, spec.Tenant, Key);
        return new HeldJob(message ?? new MessageHold("m1"), new JobMessage(id.Text, spec, []), "token", attempt: 1, suspect, claimedAt: createdAt);
    }

    /// <summary>A job with rows, and with a shape that others may share.</summary>
    public static HeldJob Rows(int rows, string shape = "", bool suspect = false)
    {
        var job = Held(suspect: suspect);
        (job.Rows, job.ShapeKey) = (rows, shape);
        return job;
    }

    /// <summary>A job with inputs, counted and keyed as its batch loop would.</summary>
    public static HeldJob With(params Tensor[] inputs)
    {
        var job = Held();
        (job.Inputs, job.Rows, job.ShapeKey) = (inputs, (int)inputs[0].Shape[0], TensorBatch.ShapeKey(inputs));
        return job;
    }
}
