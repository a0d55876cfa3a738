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

    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

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

    /// <summary>A group as builds wrote it, for each version that this build reads: what waits in queues while builds change.</summary>
    private static readonly Dictionary<byte, string> Written = new()
    {
        [1] =
            "UUkBNzAwLTBhZjc2NTE5MTZjZDQzZGQ4NDQ4ZWIyMTFjODAzMTljLWI3YWQ2YjcxNjkyMDMzMzEtMDECAB8AcDAwMDAwMDAwMDAwMGFhYWFhYWFhYWFiYmJiYmJiYh0BAAB7Im1vZGVsIjoiZGlnaX" +
            "RzIiwidmVyc2lvbiI6MywicHJpb3JpdHkiOiJIaWdoIiwidGVuYW50IjoiZGVmYXVsdCIsImNyZWF0ZWRfYXQiOjE3OTAwMDAwMDAwMDAsImRlYWRsaW5lIjoxNzkwMDAwMDAxMDAwLCJyZXN1bHRf" +
            "dHRsX3NlY29uZHMiOjYwLCJtYXhfYXR0ZW1wdHMiOjMsIm91dHB1dHMiOlsicHJvYmFiaWxpdGllcyJdLCJ3ZWJob29rIjp7InVybCI6Imh0dHBzOi8vZXhhbXBsZS5jb20vaG9vayIsImV2ZW50cy" +
            "I6WyJqb2IuZmFpbGVkIl19LCJtZXRhZGF0YSI6eyJvcmRlciI6IjQ3MTEifX0BAgAFAGltYWdlCwIBAAAAAAAAAAIAAAAAAAAACAAAAAAAAAAAAAAAAgDDvAEAAQAAAAAfAHAwMDAwMDAwMDAwMDBh" +
            "YWFhYWFhYWFhY2NjY2NjY2PYAAAAeyJtb2RlbCI6ImRpZ2l0cyIsInZlcnNpb24iOjMsInByaW9yaXR5IjoiSGlnaCIsInRlbmFudCI6ImRlZmF1bHQiLCJjcmVhdGVkX2F0IjoxNzkwMDAwMDAwMD" +
            "AwLCJkZWFkbGluZSI6MTc5MDAwMDAwMTAwMCwicmVzdWx0X3R0bF9zZWNvbmRzIjo2MCwibWF4X2F0dGVtcHRzIjozLCJvdXRwdXRzIjpbInByb2JhYmlsaXRpZXMiXSwibWV0YWRhdGEiOnsib3Jk" +
            "ZXIiOiI0NzExIn19AA==",
    };

    [Fact]
    public void Decode_BytesOfEarlierBuilds_AreReadAsTheyWereMeant()
    {
        Assert.Equal(JobGroupCodec.ReadVersions, Written.Keys.Order());
        foreach (var bytes in Written.Values)
        {
            var (jobs, trace) = JobGroupCodec.Decode(Convert.FromBase64String(bytes));
            Assert.Equal(Trace, trace);
            Assert.Equivalent(Jobs, jobs, strict: true);
        }
    }

    /// <summary>Other bytes under the same number would be misread, or parked, by workers of the release before.</summary>
    [Fact]
    public void Encode_ThisVersion_IsByteForByteWhatEarlierBuildsWrote() =>
        Assert.Equal(Written[JobGroupCodec.FormatVersion], Convert.ToBase64String(JobGroupCodec.Encode(Jobs, Trace)));

    [Fact]
    public void FormatVersion_IsDocumented() =>
        Assert.Contains($"of messages `{JobGroupCodec.FormatVersion}`", Docs.Markdown.Table("docs/architecture.md", "Format | Version | Where it stands | A process that does not know it").Select(row => $"{row[0]} {row[1]}"));

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
        var e = Assert.Throws<InvalidDataException>(() => JobGroupCodec.Decode(bytes));
        Assert.Equal("It has format version 9; this build reads 1.", e.Message);
        Assert.False(JobGroupCodec.TryDecode(bytes, out _));
        Assert.Equal(9, (int?)JobGroupCodec.VersionOf(bytes));
        Assert.Null(JobGroupCodec.VersionOf("QX"u8));
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
