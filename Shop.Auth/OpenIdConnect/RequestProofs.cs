using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using OpenIddict.Abstractions;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn;

namespace Shop.Auth.OpenIdConnect;

/// <summary>A step that an authorization request has been through.</summary>
internal enum ProofOf
{
    SignInAsked,
    ConsentGiven,
    ConsentDenied,
}

/// <summary>
/// Carries the steps of an authorization request through the pages and back, as protected parameters. Each is bound to that very request: opening the address
/// without having done the step leads to the page again, and the parameter cannot be moved to another request.
/// </summary>
internal sealed class RequestProofs(IDataProtectionProvider protection, TimeProvider clock)
{
    private const string SignInParameter = "shop_sign_in";

    private const string ConsentParameter = "shop_consent";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>How long the redirect from the sign-in page back to the request may take, whatever its max_age.</summary>
    private static readonly TimeSpan RedirectTime = TimeSpan.FromMinutes(1);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Shop.Auth.RequestProofs").ToTimeLimitedDataProtector();

    /// <summary>The address at which to repeat the request after signing in. Also for a POST it is requested with GET.</summary>
    public string AskedToSignIn(PathString path, OpenIddictRequest request, BrowserSession? session) =>
        Address(path, request, SignInParameter, Proof(ProofOf.SignInAsked, request, session?.Id));

    /// <summary>The address at which to repeat the request with the signed-in user's answer.</summary>
    public string Answered(PathString path, OpenIddictRequest request, ProofOf answer, Guid session) =>
        Address(path, request, ConsentParameter, Proof(answer, request, session));

    /// <summary>Whether the user signed in because this request asked for it.</summary>
    public bool HasSignedIn(OpenIddictRequest request, BrowserSession session) =>
        Read(request, SignInParameter) is { Kind: ProofOf.SignInAsked } asked && asked.Session != session.Id && session.Since.ToUnixTimeSeconds() >= asked.At;

    /// <summary>As <see cref="HasSignedIn"/>, and just now.</summary>
    public bool HasJustSignedIn(OpenIddictRequest request, BrowserSession session) =>
        clock.GetUtcNow() - session.Since <= RedirectTime && HasSignedIn(request, session);

    /// <summary>What the user answered to this request; null: nothing yet.</summary>
    public ProofOf? Answer(OpenIddictRequest request, BrowserSession session) =>
        Read(request, ConsentParameter) is { Kind: ProofOf.ConsentGiven or ProofOf.ConsentDenied } answer && answer.Session == session.Id ? answer.Kind : null;

    /// <summary>The address at which to repeat the request. Also for a POST it is requested with GET.</summary>
    public static string Address(PathString path, OpenIddictRequest request) => path + QueryString.Create(Parameters(request));

    private string Proof(ProofOf kind, OpenIddictRequest request, Guid? session) =>
        _protector.Protect(JsonSerializer.Serialize(new Content(kind, session, clock.GetUtcNow().ToUnixTimeSeconds(), Hash(request))), Lifetime);

    private Content? Read(OpenIddictRequest request, string parameter)
    {
        try
        {
            return (string?)request[parameter] is { Length: > 0 } proof
                && JsonSerializer.Deserialize<Content>(_protector.Unprotect(proof)) is { } content && content.Request == Hash(request) ? content : null;
        }
        catch (CryptographicException)
        {
            // Expired or forged.
            return null;
        }
    }

    private static string Address(PathString path, OpenIddictRequest request, string parameter, string proof) =>
        path + QueryString.Create(Parameters(request, except: parameter).Append(new(parameter, proof)));

    private static string Hash(OpenIddictRequest request) => Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        Parameters(request, SignInParameter, ConsentParameter).OrderBy(parameter => parameter.Key, StringComparer.Ordinal))));

    private static IEnumerable<KeyValuePair<string, string?>> Parameters(OpenIddictRequest request, params string[] except) =>
        request.GetParameters().Where(parameter => !except.Contains(parameter.Key))
            .SelectMany(parameter => (ImmutableArray<string?>?)parameter.Value ?? [], (parameter, value) => KeyValuePair.Create(parameter.Key, value));

    private sealed record Content(ProofOf Kind, Guid? Session, long At, string Request);
}
