using System.Diagnostics;
using QueueInference.Functional.Services;

namespace QueueInference.Chaos.Lab;

/// <summary>What an operator, or an accident, does to the broker.</summary>
internal sealed class BrokerControl(RabbitMqProcess rabbit)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Processes of the node.</summary>
    public IReadOnlyList<int> Ids => [.. Process.GetProcesses().Where(IsOurs).Select(process => process.Id)];

    public void Freeze() => Ids.ToList().ForEach(Signals.Freeze);

    public void Thaw() => Ids.ToList().ForEach(Signals.Thaw);

    /// <summary>Runs rabbitmqctl, and answers what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        var output = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var process = rabbit.StartControl(arguments, output.Enqueue);
        await process.WaitForExitAsync().WaitAsync(Patience);
        var text = string.Join('\n', output);
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', arguments)}: {text}");
    }

    private bool IsOurs(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/environ").Contains(rabbit.Folder, StringComparison.Ordinal)
                && File.ReadAllText($"/proc/{process.Id}/comm").StartsWith("beam", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
