using Microsoft.Diagnostics.Tracing.Etlx;

namespace QueueInference.Bench.Tracing;

/// <summary>Says whose doing an event is: the first frame above the runtime's and the framework's own.</summary>
internal static class Owners
{
    private static readonly string[] Framework = ["System", "Microsoft.AspNetCore", "Microsoft.Extensions", "libcoreclr", "coreclr", "libc", "?"];

    /// <summary>The frame to blame: an assembly and a method.</summary>
    public static (string Assembly, string Method) Find(TraceCallStack? stack)
    {
        for (var frame = stack; frame is not null; frame = frame.Caller)
        {
            var assembly = Path.GetFileNameWithoutExtension(frame.CodeAddress.ModuleName) is { Length: > 0 } name ? name : "?";
            if (!Framework.Any(known => assembly.StartsWith(known, StringComparison.Ordinal)))
            {
                return (Group(assembly, frame.CodeAddress.ModuleName), Short(frame.CodeAddress.FullMethodName));
            }
        }

        return ("framework alone", "");
    }

    /// <summary>A class and a method, without namespaces and parameters.</summary>
    public static string Short(string method)
    {
        var name = method.Split('(')[0];
        return string.Join('.', name.Split('.')[^Math.Min(2, name.Split('.').Length)..]);
    }

    // The module's name has lost its extension or not, as it was loaded.
    private static string Group(string assembly, string module)
    {
        var name = module.StartsWith("QueueInference", StringComparison.Ordinal) ? "ours" : assembly;
        return name.StartsWith("MassTransit", StringComparison.Ordinal) ? "MassTransit"
            : name.StartsWith("RabbitMQ", StringComparison.Ordinal) ? "RabbitMQ.Client"
            : name.StartsWith("StackExchange", StringComparison.Ordinal) ? "StackExchange.Redis"
            : name.StartsWith("Pipelines", StringComparison.Ordinal) ? "StackExchange.Redis"
            : name.StartsWith("Microsoft.ML", StringComparison.Ordinal) ? "ONNX Runtime"
            : name.StartsWith("OpenTelemetry", StringComparison.Ordinal) ? "OpenTelemetry"
            : name;
    }
}
