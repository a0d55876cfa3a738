using Microsoft.Extensions.Options;
using QueueInference.Core.Store;

namespace QueueInference.Core.Hosting;

/// <summary>A setting that keeps a host from starting; the message says what to do.</summary>
public sealed class StartupException(string message) : Exception(message);

/// <summary>Runs a host's program: what the operator has to mend is a sentence, not a stack trace.</summary>
public static class HostProgram
{
    /// <summary>Runs the program; answers the exit code.</summary>
    public static async Task<int> RunAsync(Func<Task> program)
    {
        try
        {
            Failpoint.Check();
            await program();
            // Not 0 where a part of it found that it cannot go on, and said why.
            return Environment.ExitCode;
        }
        catch (OperationCanceledException) when (Environment.ExitCode != 0)
        {
            // It ended itself before it had quite started.
            return Environment.ExitCode;
        }
        catch (StoreUnavailableException e) when (e.InnerException is StoreFormatException format)
        {
            return Refuse(format.Message);
        }
        catch (OptionsValidationException e)
        {
            return Refuse(string.Join(Environment.NewLine, e.Failures));
        }
        catch (StartupException e)
        {
            return Refuse(e.Message);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            return Refuse(e.Message + " Stop the other process, or choose another address with --urls.");
        }
    }

    private static int Refuse(string why)
    {
        Console.Error.WriteLine("QueueInference cannot start. " + why);
        return 1;
    }
}
