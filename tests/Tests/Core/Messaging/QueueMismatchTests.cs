using QueueInference.Core.Messaging;

namespace QueueInference.Tests.Core.Messaging;

public sealed class QueueMismatchTests
{
    [Fact]
    public void Sentence_OtherQueueType_SaysBothAndWhatToDo() => Assert.Equal(
        "The queue qi.run.m.low is there with another x-queue-type: it has 'classic' and must have 'quorum'. "
        + "Let it run empty, then delete it with 'rabbitmqctl delete_queue qi.run.m.low': it is declared anew. What it still holds when it is deleted is lost.",
        QueueMismatchException.Sentence("qi.run.m.low",
            "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'qi.run.m.low' in vhost '/': received 'quorum' but current is 'classic'"));

    [Fact]
    public void Sentence_ArgumentMissing_SaysNone() => Assert.Contains("another x-delivery-limit: it has none and must have '10000'.",
        QueueMismatchException.Sentence("q",
            "PRECONDITION_FAILED - inequivalent arg 'x-delivery-limit' for queue 'q' in vhost 'dl': received the value '10000' of type 'signedint' but current is none"),
        StringComparison.Ordinal);

    [Fact]
    public void Sentence_OtherExchange_IsCalledOne() => Assert.Contains("The exchange q is there with another type",
        QueueMismatchException.Sentence("q", "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'q' in vhost '/': received 'fanout' but current is 'direct'"),
        StringComparison.Ordinal);

    [Fact]
    public void Sentence_AnotherReply_IsPassedOn() =>
        Assert.Equal("The broker refused to declare q: PRECONDITION_FAILED - something else", QueueMismatchException.Sentence("q", "PRECONDITION_FAILED - something else"));
}
