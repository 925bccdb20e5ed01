using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Text;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>The header by which a repeated request is recognised.</summary>
public static class IdempotencyKey
{
    /// <summary>Its name.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The most characters that one has.</summary>
    public const int Longest = 255;

    /// <summary>Whether the header holds a key: 1 to 255 visible ASCII characters, and no card number, since keys are stored.</summary>
    public static bool IsValid(string? key) => key is { Length: > 0 and <= Longest } && IsVisibleAscii(key) && !CardNumber.IsAll(key);

    /// <summary>400: there is no key, or not a valid one.</summary>
    public static ProblemHttpResult Invalid() => Problems.Of(
        StatusCodes.Status400BadRequest, "idempotency-key", "The request needs an Idempotency-Key header",
        "Send 1 to 255 visible ASCII characters that are new each time, such as a UUID but never a card number, and the same ones when you try again.");

    /// <summary>422: the key came with another content before.</summary>
    public static ProblemHttpResult Reused() => Problems.Of(
        StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused", "The Idempotency-Key belongs to another request",
        "A request with other content was made with this key. Send a new key with a new request.");

    /// <summary>Whether the text has no blanks, controls or letters beyond ASCII.</summary>
    public static bool IsVisibleAscii(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
