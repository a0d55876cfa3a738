using System.Text;
using System.Text.Json;
using QueueInference.Api.Models;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;

namespace QueueInference.Tests.Api.Models;

public sealed class BatchingWriterTests
{
    private static readonly ModelVersionInfo Version = new("m", 1, new([], []), 8, 8, 3, "ab");

    [Fact]
    public void Write_NothingKnown_SaysSo() => Assert.Equal(
        """{"device":"","execution_providers":[],"batch_safe":null,"padding_safe":null,"batching_note":null,"batch_times":[]}""", Write(Version));

    [Fact]
    public void Write_EverythingKnown_IsThere() => Assert.Equal(
        """{"device":"cpu","execution_providers":[{"name":"cpu","nodes":7}],"batch_safe":true,"padding_safe":false,"batching_note":"Why.","batch_times":[{"shape":"x:[*,3]","rows":8,"ms":5.1,"chosen":true}]}""",
        Write(Version with { Device = "cpu", ExecutionProviders = [new("cpu", 7)], BatchSafe = true, PaddingSafe = false, BatchingNote = "Why.", BatchTimes = [new("x:[*,3]", 8, 5.1, true)] }));

    [Fact]
    public void Announcement_OfAnOlderWorker_IsRead()
    {
        var old = """{"model":"m","version":1,"signature":{"inputs":[],"outputs":[]},"max_batch_size":8,"max_group_jobs":8,"max_attempts":3,"sha256":"ab"}""";
        var read = JsonSerializer.Deserialize(old, JobJson.Default.ModelVersionInfo)!;
        Assert.Equal(Version with { Signature = read.Signature }, read);
    }

    private static string Write(ModelVersionInfo version)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            BatchingWriter.Write(json, version);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
