using System.Text.Json;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;

namespace QueueInference.Tests.Core.Messaging;

public sealed class JobSpecReaderTests
{
    private static readonly JobSpec Plain = new() { Model = "m", Tenant = "t", CreatedAt = 1, ResultTtlSeconds = 2, MaxAttempts = 3 };

    public static TheoryData<JobSpec> Specs =>
    [
        Plain,
        Plain with { Version = 7, Priority = JobPriority.High, Deadline = 1L << 50 },
        Plain with { Priority = JobPriority.Low, Model = "\"ä\\" },
        Plain with { Outputs = ["a", "b"] },
        Plain with { Outputs = ["a"] },
        Plain with { Outputs = ["a", "b", "c"] },
        Plain with { Outputs = [] },
        Plain with { Metadata = new Dictionary<string, string> { ["k"] = "v" } },
        Plain with { Webhook = new WebhookTarget("https://example.org", ["job.succeeded"]) },
    ];

    [Theory]
    [MemberData(nameof(Specs), DisableDiscoveryEnumeration = true)]
    public void Read_WhatTheSerializerWrites_IsWhatTheSerializerReads(JobSpec spec)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(spec, JobJson.Default.JobSpec);

        Assert.Equivalent(JsonSerializer.Deserialize(json, JobJson.Default.JobSpec), JobSpecReader.Read(json), strict: true);
    }

    /// <summary>What is shared between the messages of one thread must never mix them up.</summary>
    [Fact]
    public void Read_OneAfterTheOther_EachIsItsOwn()
    {
        foreach (var spec in Specs.Concat(Specs).Select(row => row.Data).Reverse())
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(spec, JobJson.Default.JobSpec);
            Assert.Equivalent(JsonSerializer.Deserialize(json, JobJson.Default.JobSpec), JobSpecReader.Read(json), strict: true);
        }
    }

    [Fact]
    public void Read_Nulls_AreReadAsTheSerializerReadsThem()
    {
        var json = """{"model":"m","version":null,"priority":"Normal","tenant":"t","created_at":1,"deadline":null,"result_ttl_seconds":2,"max_attempts":3,"outputs":null}"""u8;

        Assert.Equal(Plain, JobSpecReader.Read(json));
    }

    [Fact]
    public void Read_EveryProperty_IsKnown() =>
        Assert.Equal(["CreatedAt", "Deadline", "MaxAttempts", "Metadata", "Model", "Outputs", "Priority", "ResultTtlSeconds", "Tenant", "Version", "Webhook"],
            typeof(JobSpec).GetProperties().Where(property => property.CanWrite).Select(property => property.Name).Order());

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"model":1,"tenant":"t","created_at":1,"result_ttl_seconds":2,"max_attempts":3}""")]
    [InlineData("""{"model":"m","tenant":"t","created_at":"x","result_ttl_seconds":2,"max_attempts":3}""")]
    public void Read_AnythingElse_IsRefusedByTheGroup(string json) =>
        Assert.ThrowsAny<Exception>(() => JobSpecReader.Read(System.Text.Encoding.UTF8.GetBytes(json)));
}
