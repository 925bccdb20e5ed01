using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Applications;

/// <summary>Where a registered application may have browsers sent: only where nobody else can listen in.</summary>
public static class RedirectAddress
{
    /// <summary>How many one application may have.</summary>
    public const int Most = 20;

    private const int MaxLength = 2000;

    /// <summary>What is wrong with an address; null when nothing is.</summary>
    /// <param name="address">The address, which requests will have to name to the letter.</param>
    /// <param name="type">Whose it is: an app on somebody's own device, which is public, may have a scheme of its own (RFC 8252).</param>
    public static string? Fault(string? address, ApplicationType type)
    {
        if (address is not { Length: > 0 and <= MaxLength } || !address.All(char.IsAscii) || address.Any(c => c is <= ' ' or '\\' or '*' or '"' or '<' or '>' or '\x7f')
            || !Uri.TryCreate(address, UriKind.Absolute, out var url) || !Uri.IsWellFormedUriString(address, UriKind.Absolute))
        {
            return $"Must be absolute addresses of at most {MaxLength} ASCII characters, without wildcards.";
        }
        if (address.Contains('#', StringComparison.Ordinal))
        {
            return "Must have no fragments.";
        }
        if (url.UserInfo.Length > 0)
        {
            return "Must name no users.";
        }
        // With dots to go up it would be another place than it looks; this one would have to be matched to the letter.
        if (address.Contains("/.", StringComparison.Ordinal) || address.Contains("%2e", StringComparison.OrdinalIgnoreCase))
        {
            return "Must have no path segments that begin with a dot.";
        }
        if (Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(url.Query).Keys.FirstOrDefault(Answered.Contains) is { } answered)
        {
            return $"Must not have the parameter '{answered}', which is part of the answer.";
        }
        return url.Scheme switch
        {
            "https" when url.Host.Length > 0 => null,
            "http" when url.IsLoopback => null,
            "http" => "Must be https, but on the device itself (localhost, 127.0.0.1).",
            // One that its owner has a domain for, as no system scheme has: javascript, data, file.
            var scheme when type is ApplicationType.Public && scheme.Contains('.', StringComparison.Ordinal) && url.AbsolutePath.Length > 1 => null,
            _ => "Must be https; an app, which is public, may have a scheme with a dot in it, such as com.example.app:/signed-in.",
        };
    }

    /// <summary>Whether nobody but the owner of its domain can get what is sent there; on a device any program can.</summary>
    public static bool IsOwned(string address) => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    private static readonly HashSet<string> Answered = new(
        [Parameters.Code, Parameters.State, Parameters.Error, Parameters.ErrorDescription, Parameters.ErrorUri, Parameters.Iss], StringComparer.OrdinalIgnoreCase);
}
