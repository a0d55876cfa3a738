namespace QueueInference.Core.Tensors;

/// <summary>One way in which a job's inputs do not fit a model.</summary>
/// <param name="Code">The slug of the problem, such as <c>shape-not-supported</c>.</param>
/// <param name="Pointer">JSON pointer into the request, such as <c>/inputs/0/shape</c>.</param>
/// <param name="Message">What the model wants; it never holds anything the client sent.</param>
public sealed record SignatureMismatch(string Code, string Pointer, string Message);
