using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace QueueInference.Core.Auth;

/// <summary>Runs before the host listens, so a host that would be open to the network without a key never starts.</summary>
internal sealed class AuthOptionsValidator(IConfiguration configuration) : IValidateOptions<AuthOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthOptions options)
        => WhyNot(options) is { } error ? ValidateOptionsResult.Fail(error) : ValidateOptionsResult.Success;

    private string? WhyNot(AuthOptions options) => options.ApiKey switch
    {
        null or "" => RequireKeyOffLoopback(configuration),
        { Length: < AuthOptions.MinKeyLength } => $"Auth:ApiKey must have at least {AuthOptions.MinKeyLength} characters.",
        var key when key.Any(c => c is <= ' ' or > '~') => "Auth:ApiKey must consist of visible ASCII characters: it travels in a header.",
        _ => null,
    };

    private static string? RequireKeyOffLoopback(IConfiguration configuration)
        => ListenAddresses.Of(configuration).FirstOrDefault(url => !ListenAddresses.IsLoopback(url)) is { } url
            ? $"The host would listen on '{url}' without an API key; set Auth__ApiKey to a secret of at least {AuthOptions.MinKeyLength} characters, or listen on a loopback address such as http://localhost:5000."
            : null;
}
