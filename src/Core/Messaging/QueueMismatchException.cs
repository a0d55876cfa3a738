using System.Text.RegularExpressions;

namespace QueueInference.Core.Messaging;

/// <summary>A queue or exchange is there with other arguments than this build declares; the message says which, and what to do.</summary>
public sealed partial class QueueMismatchException(string name, string reply, Exception inner) : Exception(Sentence(name, reply), inner)
{
    /// <summary>What the broker's reply means. Pure.</summary>
    internal static string Sentence(string name, string reply)
    {
        // What is in quotes says enough; that a number is a signedint does not help.
        var match = Inequivalent().Match(TypedValue().Replace(reply, "'$1'"));
        if (!match.Success)
        {
            return $"The broker refused to declare {name}: {reply}";
        }

        var kind = match.Groups["kind"].Value;
        return $"The {kind} {name} is there with another {match.Groups["argument"].Value}: it has {match.Groups["current"].Value} and must have {match.Groups["wanted"].Value}. "
            + (kind == "queue"
                ? $"Let it run empty, then delete it with 'rabbitmqctl delete_queue {name}': it is declared anew. What it still holds when it is deleted is lost."
                : "Delete it, in the management page or with rabbitmqadmin: it is declared anew.");
    }

    [GeneratedRegex("the value '([^']*)' of type '[^']*'")]
    private static partial Regex TypedValue();

    [GeneratedRegex("inequivalent arg '(?<argument>[^']+)' for (?<kind>queue|exchange) .*received (?<wanted>.+) but current is (?<current>.+?)\"?$", RegexOptions.Singleline)]
    private static partial Regex Inequivalent();
}
