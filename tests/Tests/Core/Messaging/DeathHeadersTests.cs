using System.Text;
using QueueInference.Core.DeadLetters;
using QueueInference.Core.Messaging;
using RabbitMQ.Client;

namespace QueueInference.Tests.Core.Messaging;

public sealed class DeathHeadersTests
{
    [Fact]
    public void Read_DeadMessage_ItsLastDeath() => Assert.Equal(
        new Death("qi.run.m.low", "delivery_limit", 2, 1_790_000_000_000),
        DeathHeaders.Read(new Dictionary<string, object?>
        {
            ["x-death"] = new List<object?> { Table("qi.run.m.low", "delivery_limit", 2), Table("qi.run.other.low", "rejected", 1) },
            ["x-first-death-queue"] = "qi.run.other.low"u8.ToArray(),
        }));

    [Fact]
    public void Read_FirstDeathOnly_ThatOne() => Assert.Equal(
        new Death("qi.run.m.low", "rejected", 0, null),
        DeathHeaders.Read(new Dictionary<string, object?> { ["x-first-death-queue"] = "qi.run.m.low"u8.ToArray(), ["x-first-death-reason"] = "rejected" }));

    [Fact]
    public void Read_Parked_WhatTheWorkerSaid() =>
        Assert.Equal(new Death("qi.run.m.high", "version 9", 1, 7), DeathHeaders.Read(DeathHeaders.Parked("qi.run.m.high", "version 9", 7)));

    [Fact]
    public void Read_Nothing_NothingIsKnown()
    {
        Assert.Equal(new Death(null, null, 0, null), DeathHeaders.Read(null));
        Assert.Equal(new Death(null, null, 0, null), DeathHeaders.Read(new Dictionary<string, object?>()));
    }

    [Theory]
    [InlineData(7)]
    [InlineData("text")]
    [InlineData(null)]
    public void Read_HeadersOfAnotherKind_NothingIsKnown(object? value) => Assert.Equal(
        new Death(null, null, 0, null),
        DeathHeaders.Read(new Dictionary<string, object?> { ["x-death"] = value, ["x-first-death-queue"] = 5L, ["qi-reason"] = 1.5 }));

    [Fact]
    public void Read_TableOfAnotherKind_WhatThereIs() => Assert.Equal(
        new Death(null, "maxlen", 0, null),
        DeathHeaders.Read(new Dictionary<string, object?>
        {
            ["x-death"] = new List<object?> { new Dictionary<string, object?> { ["queue"] = 1, ["reason"] = "maxlen"u8.ToArray(), ["count"] = "two", ["time"] = "now" } },
        }));

    private static Dictionary<string, object?> Table(string queue, string reason, long count) => new()
    {
        ["queue"] = Encoding.UTF8.GetBytes(queue), ["reason"] = Encoding.UTF8.GetBytes(reason), ["count"] = count, ["time"] = new AmqpTimestamp(1_790_000_000),
    };
}
