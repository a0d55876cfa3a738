using QueueInference.Contracts;
using QueueInference.Core.Jobs;

namespace QueueInference.Tests.Shared;

/// <summary>One job's life as jobs are meant to live, without a store. Every method answers what the store must answer.</summary>
/// <param name="maxAttempts">Runs it may cost.</param>
/// <param name="large">Whether its inputs lie in a payload.</param>
internal sealed class ReferenceJob(int maxAttempts, bool large)
{
    private string? _token, _message, _done, _released;
    private bool _confirmed, _charged, _leaseExpired, _suspect, _tookPayload;

    public JobState? State { get; private set; }
    public int Attempt { get; private set; }
    public int WantedAttempt { get; private set; }

    /// <summary>What is to become of its payload: deleted later unless a job takes it, kept, or deleted now.</summary>
    public string Payload => !_tookPayload ? "noted" : Terminal ? "due" : "kept";

    private bool Terminal => State is { } state && state.IsTerminal();

    public string Reserve()
    {
        if (State is not null)
        {
            return $"{ReserveOutcome.Known}";
        }

        (State, _tookPayload) = (JobState.Queued, large);
        return $"{ReserveOutcome.New}";
    }

    public string Confirm()
    {
        _confirmed |= State is not null && !Terminal;
        return $"{State}";
    }

    public string Claim(string token, string message, bool expires)
    {
        State ??= JobState.Queued;
        if (Terminal)
        {
            return Answer(ClaimOutcome.Skip);
        }

        if (State == JobState.Queued && !_suspect)
        {
            return Take(token, message, expires, charged: true);
        }

        if (State == JobState.Running && _token == token)
        {
            return Answer(_suspect ? ClaimOutcome.Suspect : ClaimOutcome.Take, Attempt);
        }

        if (State == JobState.Running && !_leaseExpired && _message != message)
        {
            return Answer(ClaimOutcome.Skip);
        }

        if (Attempt >= maxAttempts)
        {
            End(JobState.Failed, token);
            return Answer(ClaimOutcome.GaveUp);
        }

        _suspect = true;
        return Take(token, message, expires, charged: false);
    }

    public string Start(string token, int attempt, bool expires)
    {
        WantedAttempt = attempt;
        if (!Holds(token))
        {
            return "False";
        }

        (Attempt, _charged, _leaseExpired) = (attempt, true, expires);
        return "True";
    }

    public string Renew(string token, bool expires)
    {
        if (!Holds(token))
        {
            return $"{(State == JobState.Canceled ? RenewOutcome.Canceled : RenewOutcome.Lost)}";
        }

        _leaseExpired = expires;
        return $"{RenewOutcome.Ok}";
    }

    public string Release(string token)
    {
        if (!Holds(token))
        {
            return $"{_released == token}";
        }

        Attempt -= _charged ? 1 : 0;
        (State, _token, _released) = (JobState.Queued, null, token);
        return "True";
    }

    public string Finish(string token)
    {
        if (State is null or JobState.Queued)
        {
            return $"{FinishOutcome.Missing}";
        }

        if (!Holds(token))
        {
            return $"{(_done == token ? FinishOutcome.Ok : FinishOutcome.Fenced)}";
        }

        End(JobState.Succeeded, token);
        return $"{FinishOutcome.Ok}";
    }

    public string Cancel()
    {
        if (State is null || Terminal)
        {
            return State is null ? "" : "False";
        }

        End(JobState.Canceled, "cancel");
        return "True";
    }

    public string Sweep()
    {
        if (State == JobState.Queued && !_confirmed)
        {
            End(JobState.Failed, null);
            return "enqueue-failed";
        }

        if (State == JobState.Running && _leaseExpired)
        {
            if (_tookPayload)
            {
                return "republish";
            }

            End(JobState.Failed, null);
            return "lost-by-broker";
        }

        return "none";
    }

    private bool Holds(string token) => State == JobState.Running && _token == token;

    private string Take(string token, string message, bool expires, bool charged)
    {
        Attempt += charged ? 1 : 0;
        (State, _token, _message, _charged, _leaseExpired, _confirmed) = (JobState.Running, token, message, charged, expires, true);
        return Answer(_suspect ? ClaimOutcome.Suspect : ClaimOutcome.Take, Attempt);
    }

    private void End(JobState state, string? done) => (State, _token, _done) = (state, null, done);

    private static string Answer(ClaimOutcome outcome, int attempt = 0) => $"{new ClaimAnswer(outcome, attempt)}";
}
