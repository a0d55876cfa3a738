using QueueInference.Worker.Jobs;

namespace QueueInference.Tests.Worker.Jobs;

public sealed class ByteBudgetTests
{
    private readonly ByteBudget _budget = new(100);

    [Fact]
    public async Task Take_WhatIsFree_IsHadAtOnce()
    {
        using var first = await _budget.TakeAsync(60);
        using var second = await _budget.TakeAsync(40);
        Assert.False(_budget.TakeAsync(1).IsCompleted);
    }

    [Fact]
    public async Task Take_MoreThanIsFree_WaitsItsTurnAndIsNotOvertaken()
    {
        var first = await _budget.TakeAsync(60);
        var large = _budget.TakeAsync(90);
        var small = _budget.TakeAsync(10);
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);
        first.Dispose();
        (await large).Dispose();
        (await small).Dispose();
    }

    [Fact]
    public async Task Take_MoreThanThereIs_IsHadAlone()
    {
        var first = await _budget.TakeAsync(1);
        var huge = _budget.TakeAsync(1_000);
        Assert.False(huge.IsCompleted);
        first.Dispose();
        var taken = await huge;
        var next = _budget.TakeAsync(1);
        Assert.False(next.IsCompleted);
        taken.Dispose();
        (await next).Dispose();
    }

    [Fact]
    public async Task Dispose_Twice_GivesBackOnce()
    {
        var taken = await _budget.TakeAsync(50);
        taken.Dispose();
        taken.Dispose();
        using var all = await _budget.TakeAsync(100);
        Assert.False(_budget.TakeAsync(1).IsCompleted);
    }
}
