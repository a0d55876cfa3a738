using Microsoft.Extensions.Options;

namespace QueueInference.Api.Webhooks;

internal sealed class WebhookOptionsValidator : IValidateOptions<WebhookOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        var errors = Errors(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Errors(WebhookOptions options)
    {
        // The value itself is never named: this text ends up in logs.
        if (SigningSecrets.Split(options.Secret).Any(secret => SigningSecrets.Decode(secret) is null))
        {
            yield return "Webhooks:Secret must be 'whsec_' followed by base64 of 24 to 64 bytes; separate several by spaces.";
        }

        foreach (var host in options.AllowedHttpHosts.Where(host => !IsAuthority(host)))
        {
            yield return $"Webhooks:AllowedHttpHosts holds '{host}', which is neither a host nor a host:port.";
        }

        // Nor this one: it may carry a secret.
        if (options.OperatorUrl is { } url && !new WebhookUrlPolicy(Options.Create(options)).Allows(url, out var fault))
        {
            yield return $"Webhooks:OperatorUrl: {fault}";
        }

        if (options.OperatorUrl is not null && SigningSecrets.Split(options.Secret).Length == 0)
        {
            yield return "Webhooks:OperatorUrl needs Webhooks:Secret: nothing is posted unsigned.";
        }

        if (options.Timeout < TimeSpan.FromMilliseconds(1) || options.Timeout > TimeSpan.FromMinutes(5))
        {
            yield return $"Webhooks:Timeout is {options.Timeout}; it must be between 1 ms and 5 min.";
        }

        if (options.Schedule is { } schedule && (schedule.Length == 0 || schedule.Any(wait => wait < TimeSpan.Zero || wait > TimeSpan.FromDays(7))))
        {
            yield return "Webhooks:Schedule must hold at least one wait, each between 0 and 7 days.";
        }

        if (options.Jitter is not (>= 0 and < 1))
        {
            yield return FormattableString.Invariant($"Webhooks:Jitter is {options.Jitter}; it must be at least 0 and below 1.");
        }

        if (options.Concurrency is < 1 or > 1024)
        {
            yield return $"Webhooks:Concurrency is {options.Concurrency}; it must be between 1 and 1024.";
        }
    }

    private static bool IsAuthority(string host)
        => Uri.TryCreate($"http://{host}/", UriKind.Absolute, out var url)
            && url is { AbsolutePath: "/", UserInfo: "", Query: "", Fragment: "", Port: > 0 } && !host.EndsWith('/') && host.Trim() == host;
}
