using QueueInference.Contracts;
using QueueInference.Core.Messaging;

namespace QueueInference.Tests.Core.Messaging;

public sealed class JobGroupCodecTests
{
    private static readonly JobSpec Spec = new()
    {
        Model = "digits", Version = 3, Priority = JobPriority.High, Tenant = "default", CreatedAt = 1_790_000_000_000, Deadline = 1_790_000_001_000,
        ResultTtlSeconds = 60, MaxAttempts = 3, Outputs = ["probabilities"], Webhook = new("https://example.com/hook", ["job.failed"]),
        Metadata = new Dictionary<string, string> { ["order"] = "4711" },
    };

    private static readonly JobMessage[] Jobs =
    [
        new("p000000000000aaaaaaaaaabbbbbbbb", Spec, [new("image", TensorDatatype.Fp32, [1, 2], new byte[8]), new("ü", TensorDatatype.Bool, [], new byte[1])]),
        new("p000000000000aaaaaaaaaacccccccc", Spec with { Webhook = null }, null),
    ];

    [Fact]
    public void Decode_Encoded_IsEqual()
    {
        var (jobs, trace) = JobGroupCodec.Decode(JobGroupCodec.Encode(Jobs, "00-abc-def-01"));
        Assert.Equal("00-abc-def-01", trace);
        Assert.Equivalent(Jobs, jobs, strict: true);
        Assert.Null(jobs[1].Inputs);
    }

    [Fact]
    public void Decode_TruncatedAnywhere_ThrowsInvalidData()
    {
        var bytes = JobGroupCodec.Encode(Jobs);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => JobGroupCodec.Decode(bytes.AsMemory(0, length)));
        }
    }

    [Fact]
    public void Decode_OtherVersion_ThrowsInvalidData()
    {
        var bytes = JobGroupCodec.Encode(Jobs);
        bytes[2] = 9;
        Assert.Throws<InvalidDataException>(() => JobGroupCodec.Decode(bytes));
    }

    [Fact]
    public void Decode_RandomBytes_ThrowsInvalidDataOnly()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = JobGroupCodec.Encode(Jobs);
            bytes[random.Next(3, bytes.Length)] = (byte)random.Next(256);
            try
            {
                JobGroupCodec.Decode(bytes);
            }
            catch (InvalidDataException)
            {
                // The one way it may fail.
            }
        }
    }
}
