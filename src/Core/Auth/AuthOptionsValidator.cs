using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace QueueInference.Core.Auth;

/// <summary>Runs before the host listens, so a host that would be open to the network without a key never starts.</summary>
internal sealed class AuthOptionsValidator(IConfiguration configuration) : IValidateOptions<AuthOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        string[] faults = [.. new[] { Missing(options), Malformed("ApiKey", options.ApiKey), Malformed("AdminKey", options.AdminKey) }.OfType<string>()];
        return faults.Length > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }

    private string? Missing(AuthOptions options) => (string.IsNullOrEmpty(options.ApiKey), string.IsNullOrEmpty(options.AdminKey)) switch
    {
        (true, false) => "Auth:AdminKey without Auth:ApiKey protects nothing but /v1/admin; set Auth__ApiKey too.",
        (true, true) => RequireKeyOffLoopback(configuration),
        _ => null,
    };

    private static string? Malformed(string name, string? key) => key switch
    {
        null or "" => null,
        { Length: < AuthOptions.MinKeyLength } => $"Auth:{name} must have at least {AuthOptions.MinKeyLength} characters.",
        _ when key.Any(c => c is <= ' ' or > '~') => $"Auth:{name} must consist of visible ASCII characters: it travels in a header.",
        _ => null,
    };

    private static string? RequireKeyOffLoopback(IConfiguration configuration)
        => ListenAddresses.Of(configuration).FirstOrDefault(url => !ListenAddresses.IsLoopback(url)) is { } url
            ? $"The host would listen on '{url}' without an API key; set Auth__ApiKey to a secret of at least {AuthOptions.MinKeyLength} characters, or listen on a loopback address such as http://localhost:5000."
            : null;
}
