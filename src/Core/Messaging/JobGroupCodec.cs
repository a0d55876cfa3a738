using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Tensors;

namespace QueueInference.Core.Messaging;

/// <summary>The bytes of a broker message.</summary>
/// <remarks>
/// Little-endian: <c>QI</c>, format version u8, trace parent (length u8 + ASCII), job count u16; per job: id (length u16 + ASCII),
/// specification (length u32 + JSON), 1 when inputs follow u8, then tensors as in <see cref="TensorCodec"/>.
/// </remarks>
public static class JobGroupCodec
{
    /// <summary>The version this build writes. One that is new is written only when every worker reads it: docs/architecture.md says how.</summary>
    public const byte FormatVersion = 1;

    /// <summary>How the bytes behind <c>QI</c> and the version are read, for each version that this build reads.</summary>
    private static readonly FrozenDictionary<byte, Reader> Readers = new Dictionary<byte, Reader> { [1] = ReadGroup }.ToFrozenDictionary();

    private delegate (JobMessage[] Jobs, string? TraceParent) Reader(ReadOnlyMemory<byte> body);

    /// <summary>The versions that this build reads, in order.</summary>
    public static IReadOnlyList<byte> ReadVersions { get; } = [.. Readers.Keys.Order()];

    /// <summary>Writes a group.</summary>
    public static byte[] Encode(IReadOnlyList<JobMessage> jobs, string? traceParent = null)
    {
        byte[][] specs = [.. jobs.Select(job => JsonSerializer.SerializeToUtf8Bytes(job.Spec, JobJson.Default.JobSpec))];
        var writer = new FixedWriter(4 + (traceParent?.Length ?? 0) + sizeof(ushort) + jobs.Select((job, i) => Size(job, specs[i])).Sum());
        writer.Write([(byte)'Q', (byte)'I', FormatVersion, (byte)(traceParent?.Length ?? 0)]);
        Encoding.ASCII.GetBytes(traceParent ?? "", writer);
        TensorCodec.WriteUInt16(writer, jobs.Count);
        for (var i = 0; i < jobs.Count; i++)
        {
            WriteJob(writer, jobs[i], specs[i]);
        }

        return writer.Finish();
    }

    /// <summary>Reads a group; the tensors are slices of <paramref name="body"/>.</summary>
    /// <exception cref="InvalidDataException">The bytes are no group, or of a version this build does not know.</exception>
    public static (IReadOnlyList<JobMessage> Jobs, string? TraceParent) Decode(ReadOnlyMemory<byte> body)
    {
        var version = VersionOf(body.Span) ?? throw new InvalidDataException("It is no group of jobs.");
        return Readers.TryGetValue(version, out var read)
            ? read(body[3..])
            : throw new InvalidDataException($"It has format version {version}; this build reads {string.Join(", ", ReadVersions)}.");
    }

    /// <summary>Reads a group that may be anything; false where this build cannot.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> body, out IReadOnlyList<JobMessage> jobs)
    {
        try
        {
            (jobs, _) = Decode(body);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException or ArgumentException)
        {
            jobs = [];
            return false;
        }
    }

    /// <summary>The format version of a message; null where it is no group of jobs.</summary>
    public static byte? VersionOf(ReadOnlySpan<byte> body) => body is [(byte)'Q', (byte)'I', var version, ..] ? version : null;

    private static (JobMessage[] Jobs, string? TraceParent) ReadGroup(ReadOnlyMemory<byte> body)
    {
        var traceParent = Encoding.ASCII.GetString(TensorCodec.Take(ref body, TensorCodec.Take(ref body, 1).Span[0]).Span);
        var jobs = new JobMessage[BinaryPrimitives.ReadUInt16LittleEndian(TensorCodec.Take(ref body, 2).Span)];
        for (var i = 0; i < jobs.Length; i++)
        {
            jobs[i] = ReadJob(ref body);
        }

        return jobs.Length == 0 ? throw new InvalidDataException("An empty group.") : (jobs, traceParent.Length == 0 ? null : traceParent);
    }

    /// <summary>About how many bytes a job takes.</summary>
    public static int Estimate(JobMessage job) => 512 + (job.Inputs?.Sum(tensor => tensor.Data.Length + 128) ?? 0);

    private static int Size(JobMessage job, byte[] spec) =>
        sizeof(ushort) + job.Id.Length + sizeof(uint) + spec.Length + 1 + (job.Inputs is null ? 0 : TensorCodec.Size(job.Inputs));

    private static void WriteJob(FixedWriter writer, JobMessage job, byte[] spec)
    {
        TensorCodec.WriteUInt16(writer, job.Id.Length);
        Encoding.ASCII.GetBytes(job.Id, writer);
        TensorCodec.WriteUInt32(writer, spec.Length);
        writer.Write(spec);
        writer.Write([(byte)(job.Inputs is null ? 0 : 1)]);
        if (job.Inputs is not null)
        {
            TensorCodec.Write(writer, job.Inputs);
        }
    }

    private static JobMessage ReadJob(ref ReadOnlyMemory<byte> body)
    {
        var id = Encoding.ASCII.GetString(TensorCodec.Take(ref body, BinaryPrimitives.ReadUInt16LittleEndian(TensorCodec.Take(ref body, 2).Span)).Span);
        var spec = TensorCodec.Take(ref body, BinaryPrimitives.ReadUInt32LittleEndian(TensorCodec.Take(ref body, 4).Span));
        var hasInputs = TensorCodec.Take(ref body, 1).Span[0] == 1;
        return new JobMessage(id, ReadSpec(spec.Span), hasInputs ? TensorCodec.Read(ref body) : null);
    }

    private static JobSpec ReadSpec(ReadOnlySpan<byte> json)
    {
        try
        {
            return JobSpecReader.Read(json) ?? throw new InvalidDataException("A job without a specification.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException("A job's specification is not readable.", e);
        }
    }
}
