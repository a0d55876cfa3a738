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
    private double[] _costs = [];
    private TensorSpec _input = X;
    private bool _refuses;

    [Fact]
    public void Create_SeveralVariants_KeepsTheFastestAndFreesTheOthers()
    {
        _costs = [5, 2, 9];

        var chosen = Create();

        Assert.Same(_made[1], chosen);
        Assert.Equal([true, false, true], _made.Select(model => model.IsDisposed));
    }

    [Fact]
    public void Create_OneVariant_IsNotMeasured()
    {
        _costs = [5];

        Assert.Equal(0, ((StubModel)Create()).Runs);
    }

    [Fact]
    public void Create_NoKnownShape_KeepsTheFirst()
    {
        (_costs, _input) = ([5, 2], Open);

        var chosen = Create();

        Assert.Same(_made[0], chosen);
    }

    [Fact]
    public void Create_DataRefused_KeepsTheFirst()
    {
        (_costs, _refuses) = ([5, 2], true);

        var chosen = Create();

        Assert.Same(_made[0], chosen);
    }

    IModelRunner IModelRunnerFactory.Create(string path, InferenceOptions options)
    {
        var cost = _costs[options.IntraOpThreads];
        var model = new StubModel(inputs =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(cost));
            return _refuses ? throw new InferenceException(InferenceFailure.Failed, "no") : inputs;
        }, new ModelSignature([_input], [_input with { Name = "y" }]));
        _made.Add(model);
        return model;
    }

    IReadOnlyList<InferenceOptions> IModelRunnerFactory.Variants(InferenceOptions options) =>
        [.. _costs.Select((_, i) => options with { IntraOpThreads = i })];

    private IModelRunner Create() => new VariantChoice(this, _time).Create(new FoundVersion("m", 1, "", new ModelSettings()), new InferenceOptions());
}
