using System.Diagnostics;
using QueueInference.Functional.Services;

namespace QueueInference.Chaos.Lab;

/// <summary>What an operator, or an accident, does to the broker.</summary>
internal sealed class BrokerControl(RabbitMqProcess rabbit)
{
    /// <summary>Processes of the node.</summary>
    public IReadOnlyList<int> Ids => [.. Process.GetProcesses().Where(IsOurs).Select(process => process.Id)];

    public void Freeze() => Ids.ToList().ForEach(Signals.Freeze);

    public void Thaw() => Ids.ToList().ForEach(Signals.Thaw);

    /// <summary>Runs rabbitmqctl, and answers what it printed.</summary>
    public Task<string> ControlAsync(params string[] arguments) => rabbit.ControlAsync(arguments);

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
