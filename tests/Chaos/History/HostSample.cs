namespace QueueInference.Chaos.History;

/// <summary>What a process held at a moment.</summary>
/// <param name="Host">Which host it is.</param>
/// <param name="Process">Its id: another after a restart.</param>
/// <param name="At">Seconds from the start of the scenario.</param>
/// <param name="Handles">Open files and sockets.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Megabytes">Resident memory, 10^6 bytes.</param>
internal sealed record HostSample(string Host, int Process, double At, int Handles, int Threads, double Megabytes);
