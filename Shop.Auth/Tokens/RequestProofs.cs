using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using OpenIddict.Abstractions;
using Shop.Auth.SigningIn;

namespace Shop.Auth.Tokens;

/// <summary>What a person was asked, or answered, for an authorization request.</summary>
internal enum ProofOf
{
    SignInAsked,
    ConsentGiven,
    ConsentDenied,
}

/// <summary>
/// Sends along with an authorization request, through our pages and back, what its person was asked and what they answered. Each is good for that
/// very request alone: whoever opens the address without having done what was asked is asked again, and nobody can carry it over to another request.
/// </summary>
internal sealed class RequestProofs(IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>Of the sign-in that was asked for.</summary>
    private const string SignInParameter = "shop_sign_in";

    /// <summary>Of the answer to the question whether the client may have what it asks for.</summary>
    private const string ConsentParameter = "shop_consent";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>How long after the sign-in the request may come back, however recent it wants the sign-in to be.</summary>
    private static readonly TimeSpan OnItsWay = TimeSpan.FromMinutes(1);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Shop.Auth.RequestProofs").ToTimeLimitedDataProtector();

    /// <summary>Where to make the request again once its person has signed in; as GET also when it came as POST.</summary>
    public string AskedToSignIn(PathString path, OpenIddictRequest request, BrowserSession? session) =>
        Address(path, request, SignInParameter, Proof(ProofOf.SignInAsked, request, session?.Id));

    /// <summary>Where to make the request again with the answer of the person who is signed in.</summary>
    public string Answered(PathString path, OpenIddictRequest request, ProofOf answer, Guid session) =>
        Address(path, request, ConsentParameter, Proof(answer, request, session));

    /// <summary>Whether the person signed in because this request asked for it.</summary>
    public bool HasSignedIn(OpenIddictRequest request, BrowserSession session) =>
        Read(request, SignInParameter) is { Kind: ProofOf.SignInAsked } asked && asked.Session != session.Id && session.Since.ToUnixTimeSeconds() >= asked.At;

    /// <summary>As <see cref="HasSignedIn"/>, and just now.</summary>
    public bool HasJustSignedIn(OpenIddictRequest request, BrowserSession session) =>
        clock.GetUtcNow() - session.Since <= OnItsWay && HasSignedIn(request, session);

    /// <summary>What the session's person answered to this request; null: nothing yet.</summary>
    public ProofOf? Answer(OpenIddictRequest request, BrowserSession session) =>
        Read(request, ConsentParameter) is { Kind: ProofOf.ConsentGiven or ProofOf.ConsentDenied } answer && answer.Session == session.Id ? answer.Kind : null;

    /// <summary>Where to make the request again; as GET also when it came as POST.</summary>
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
            // Too old, or not of ours: then nothing is proven.
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
