using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class InferenceExceptionTests
{
    [Theory]
    [InlineData("[ErrorCode:RuntimeException] std::bad_alloc")]
    [InlineData("bad allocation")]
    [InlineData("Failed to allocate memory for requested buffer of size 1099511627776")]
    [InlineData("CUDA failure 2: out of memory ; GPU=0")]
    [InlineData("CUDNN_STATUS_ALLOC_FAILED")]
    public void From_TextOfAnAllocator_IsOutOfMemory(string text) =>
        Assert.Equal(InferenceFailure.OutOfMemory, InferenceException.From(new InvalidOperationException(text)).Failure);

    [Fact]
    public void From_ManagedOutOfMemory_IsOutOfMemory() =>
        Assert.Equal(InferenceFailure.OutOfMemory, InferenceException.From(new InsufficientMemoryException("x")).Failure);

    [Fact]
    public void From_AnythingOnceAskedToStop_IsStopped() =>
        Assert.Equal(InferenceFailure.Stopped, InferenceException.From(new InvalidOperationException("out of memory"), stopped: true).Failure);

    [Fact]
    public void From_AnythingElse_IsFailedAndHidesTheText()
    {
        var cause = new InvalidOperationException("secret");

        var failure = InferenceException.From(cause);

        Assert.Equal(InferenceFailure.Failed, failure.Failure);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.Same(cause, failure.InnerException);
    }
}
