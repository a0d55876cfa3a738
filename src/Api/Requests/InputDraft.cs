using QueueInference.Api.Problems;
using QueueInference.Contracts;

namespace QueueInference.Api.Requests;

/// <summary>One input while its properties arrive, in whatever order.</summary>
internal sealed class InputDraft(string pointer)
{
    private string? _name;
    private TensorDatatype? _datatype;
    private long[]? _shape;

    /// <summary>The input's place.</summary>
    public string Pointer => pointer;

    /// <summary>The property that holds the data; null for the binary form.</summary>
    public string? Source { get; private set; }

    /// <summary>Bytes that follow the JSON for this input.</summary>
    public int? BinarySize { get; private set; }

    /// <summary>Whether enough has arrived to read the data.</summary>
    public bool IsDescribed => _datatype is not null && _shape is not null;

    /// <summary>Takes one property other than the data.</summary>
    public void Take(ref JsonCursor json, string name, int maxRank)
    {
        switch (name)
        {
            case "name":
                _name = json.Text($"{pointer}/name");
                break;
            case "datatype":
                _datatype = Datatype(json.Text($"{pointer}/datatype"));
                break;
            case "shape":
                _shape = ShapeReader.Read(ref json, $"{pointer}/shape", maxRank);
                break;
            case "parameters":
                BinarySize = ParameterReader.Read(ref json, $"{pointer}/parameters");
                RequireOneSource(Source is null || BinarySize is null);
                break;
            default:
                throw new ProblemException("unknown-property", pointer, "An input has name, datatype, shape, parameters, and data or data_base64.");
        }
    }

    /// <summary>Notes where the data is.</summary>
    public void SetSource(string property)
    {
        RequireOneSource(Source is null);
        Source = property;
        RequireOneSource(BinarySize is null);
    }

    /// <summary>What every input must have.</summary>
    public (string Name, TensorDatatype Datatype, long[] Shape) Required() =>
        (_name ?? throw Missing("name"), _datatype ?? throw Missing("datatype"), _shape ?? throw Missing("shape"));

    /// <summary>What the data must become, once the shape is known to fit.</summary>
    public DataTarget Target(RequestLimits limits, int maxBytes)
    {
        var (datatype, shape) = (_datatype!.Value, _shape!);
        // A string takes at least the four bytes of its length.
        var size = datatype == TensorDatatype.Bytes ? sizeof(uint) : datatype.ElementSize();
        return new(pointer, datatype, shape, ShapeReader.RequireElements(shape, size, maxBytes, $"{pointer}/shape"), limits);
    }

    private TensorDatatype Datatype(string name) => TensorDatatypes.TryParse(name, out var datatype)
        ? datatype
        : throw new ProblemException("dtype-mismatch", $"{pointer}/datatype", "The value must be a datatype of the Open Inference Protocol, such as FP32.");

    private void RequireOneSource(bool one)
    {
        if (!one)
        {
            throw new ProblemException("shape-data-mismatch", pointer, "An input has only one of data, data_base64 and binary_data_size.");
        }
    }

    private ProblemException Missing(string property) => new("type-mismatch", $"{pointer}/{property}", "The property is required.");
}
