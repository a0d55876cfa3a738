using System.Buffers;
using System.Buffers.Binary;
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
    /// <summary>The version this build writes, and the only one it reads.</summary>
    public const byte FormatVersion = 1;

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
        var head = TensorCodec.Take(ref body, 4).Span;
        if (head[0] != 'Q' || head[1] != 'I' || head[2] != FormatVersion)
        {
            throw new InvalidDataException("Not a group of jobs, or one of an unknown format version.");
        }

        var traceParent = Encoding.ASCII.GetString(TensorCodec.Take(ref body, head[3]).Span);
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
            return JsonSerializer.Deserialize(json, JobJson.Default.JobSpec) ?? throw new InvalidDataException("A job without a specification.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("A job's specification is not readable.", e);
        }
    }
}
