using Microsoft.Extensions.Time.Testing;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class VariantChoiceTests : IModelRunnerFactory
{
    private static readonly TensorSpec X = new("x", TensorDatatype.Fp32, [-1, 2], ["N", ""]), Open = X with { Shape = [-1, -1] };
    private readonly FakeTimeProvider _time = new();
    private readonly List<StubModel> _made = [];
    private readonly List<(string Device, int Slots, double Cost)> _variants = [];
    private TensorSpec _input = X;
    private bool _refuses;

    [Fact]
    public void Create_OnAGpu_KeepsTheFastestAndFreesTheOthers()
    {
        AssertChosen(1, ("cuda:0", 1, 5), ("cuda:0", 1, 2), ("cuda:0", 1, 9));
        Assert.Equal([true, false, true], _made.Select(model => model.IsDisposed));
    }

    [Fact]
    public void Create_HardlyFaster_KeepsTheFirst() => AssertChosen(0, ("cuda:0", 1, 5), ("cuda:0", 1, 4.9));

    [Fact]
    public void Create_OneVariant_IsNotMeasured()
    {
        AssertChosen(0, ("cuda:0", 1, 5));
        Assert.Equal(0, _made[0].Runs);
    }

    [Fact]
    public void Create_LongRunsOnACpu_AreNotMadeLonger()
    {
        AssertChosen(0, ("cpu", 8, 40), ("cpu", 1, 1));
        Assert.Single(_made);
    }

    [Fact]
    public void Create_ShortRunsOnACpu_MayRunSideBySide() => AssertChosen(1, ("cpu", 64, 8), ("cpu", 1, 2));

    [Fact]
    public void Create_NoKnownShape_KeepsTheFirst()
    {
        _input = Open;
        AssertChosen(0, ("cuda:0", 1, 5), ("cuda:0", 1, 2));
    }

    [Fact]
    public void Create_DataRefused_KeepsTheFirst()
    {
        _refuses = true;
        AssertChosen(0, ("cuda:0", 1, 5), ("cuda:0", 1, 2));
    }

    IModelRunner IModelRunnerFactory.Create(string path, InferenceOptions options)
    {
        var (device, slots, cost) = _variants[options.IntraOpThreads == 1 ? 1 : options.IntraOpThreads / 1000];
        var model = new StubModel(inputs =>
        {
            lock (_time)
            {
                _time.Advance(TimeSpan.FromMilliseconds(cost));
            }

            return _refuses ? throw new InferenceException(InferenceFailure.Failed, "no") : inputs;
        }, new ModelSignature([_input], [_input with { Name = "y" }])) { Device = device, Slots = slots };
        _made.Add(model);
        return model;
    }

    IReadOnlyList<InferenceOptions> IModelRunnerFactory.Variants(InferenceOptions options) =>
        [.. _variants.Select((variant, i) => options with { IntraOpThreads = variant.Slots == 1 && variant.Device == "cpu" ? 1 : i * 1000 })];

    private void AssertChosen(int expected, params (string Device, int Slots, double Cost)[] variants)
    {
        _variants.AddRange(variants);
        var chosen = new VariantChoice(this, new RunBound(TimeSpan.FromDays(1), _time, default), _time).Create(new FoundVersion("m", 1, "", new ModelSettings()), new InferenceOptions());
        Assert.Equal(expected, _made.IndexOf((StubModel)chosen.Runner));
    }
}
