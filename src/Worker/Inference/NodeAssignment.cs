using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace QueueInference.Worker.Inference;

/// <summary>Asks a session which provider took which part of the model.</summary>
/// <remarks>
/// The C API answers this, but the managed binding has no method for it: only the function pointers, which it loads and keeps to itself.
/// A new version of the binding may move them; then the tests of this class fail.
/// </remarks>
internal static unsafe class NodeAssignment
{
    /// <summary>The session has to be created with this set to 1.</summary>
    public const string ConfigKey = "session.record_ep_graph_assignment_info";

    /// <summary>Nodes by provider, the most first; empty when the session does not know.</summary>
    public static IReadOnlyList<ProviderShare> Of(InferenceSession session)
    {
        ref var api = ref Api(null);
        void** parts;
        nuint count;
        return Succeeds(((delegate* unmanaged<nint, void***, nuint*, nint>)api.Session_GetEpGraphAssignmentInfo)(Handle(session), &parts, &count))
            ? [.. Enumerable.Range(0, (int)count).Select(Share((nint)parts)).GroupBy(share => share.Provider)
                .Select(shares => new ProviderShare(shares.Key, shares.Sum(share => share.Nodes))).OrderByDescending(share => share.Nodes)]
            : [];
    }

    private static Func<int, ProviderShare> Share(nint parts) => index => Share(((void**)parts)[index]);

    private static ProviderShare Share(void* part)
    {
        byte* name;
        void** nodes;
        nuint count;
        _ = Succeeds(((delegate* unmanaged<void*, byte**, nint>)Api(null).EpAssignedSubgraph_GetEpName)(part, &name));
        _ = Succeeds(((delegate* unmanaged<void*, void***, nuint*, nint>)Api(null).EpAssignedSubgraph_GetNodes)(part, &nodes, &count));
        return new(ExecutionProviders.FromNative(Marshal.PtrToStringUTF8((nint)name)!), (int)count);
    }

    private static bool Succeeds(nint status)
    {
        if (status != 0)
        {
            ((delegate* unmanaged<nint, void>)Api(null).ReleaseStatus)(status);
        }

        return status == 0;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    private static extern nint Handle(InferenceSession session);

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "api_")]
    private static extern ref OrtApi Api([UnsafeAccessorType("Microsoft.ML.OnnxRuntime.NativeMethods, Microsoft.ML.OnnxRuntime")] object? type);
}
