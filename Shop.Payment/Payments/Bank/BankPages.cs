using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Payment.Gateways;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Payment.Payments.Bank;

/// <summary>The page where the simulated bank's customer approves or refuses a payment.</summary>
internal static partial class BankPages
{
    /// <summary>Maps <c>/bank/{id}</c>. The address is the secret, so there is nothing that another site could do in the customer's name.</summary>
    public static void MapBank(this WebApplication app)
    {
        // Here only: elsewhere the service speaks to programs, which want numbers as they are.
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/bank"), bank => bank.UseRequestLocalization());
        // Not MapStaticAssets, which answers for whatever looks like the name of a file.
        app.MapGet("/bank.css", (IWebHostEnvironment environment, HttpResponse response) =>
        {
            response.Headers.CacheControl = "public, max-age=3600";
            return TypedResults.PhysicalFile(Path.Combine(environment.WebRootPath, "bank.css"), "text/css");
        })
            .AllowAnonymous().ExcludeFromDescription();
        var bank = app.MapGroup("/bank").AllowAnonymous().ExcludeFromDescription();
        bank.MapGet("/{id}", ShowAsync);
        bank.MapPost("/{id}", AnswerAsync).DisableAntiforgery().WithMetadata(new TakesForm());
    }

    private static async Task<RazorComponentResult<BankPage>> ShowAsync(
        string id, HttpContext http, SimulatedBank bank, IOptions<PaymentOptions> options, CancellationToken cancellationToken)
    {
        SetHeaders(http.Response.Headers, options.Value.Storefront);
        var question = IsId(id) ? await bank.FindAsync(id, cancellationToken) : null;
        return new(new { Question = question, Return = question is null ? null : Return(options.Value.Storefront, question.OrderId) })
        {
            StatusCode = question is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK,
        };
    }

    private static async Task<IResult> AnswerAsync(
        string id, HttpContext http, SimulatedBank bank, IOptions<PaymentOptions> options, NpgsqlDataSource database, ReconcilerSignal reconciler,
        CancellationToken cancellationToken)
    {
        if (!IsId(id) || await bank.FindAsync(id, cancellationToken) is not { } question)
            return await ShowAsync(id, http, bank, options, cancellationToken);
        var answer = http.Request.Form["answer"].ToString();
        if (answer is "approve" or "refuse")
        {
            await bank.AnswerAsync(id, answer is "approve", cancellationToken);
            // Should this get lost, the reconciler asks by itself, only later.
            await reconciler.AskNowAsync(database, question.OrderId, cancellationToken);
        }
        SetHeaders(http.Response.Headers, options.Value.Storefront);
        // 303 by hand: the framework's redirects after a POST are 302 or 307.
        http.Response.Headers.Location = Return(options.Value.Storefront, question.OrderId) ?? $"/bank/{id}";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static string? Return(Uri? storefront, Guid orderId) => storefront is null ? null : new Uri(storefront, $"orders/{orderId}").AbsoluteUri;

    private static void SetHeaders(IHeaderDictionary headers, Uri? storefront)
    {
        // Browsers apply form-action to the redirect that follows a form, too, which leads back to the shop.
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
            + (storefront is null ? "" : " " + storefront.GetLeftPart(UriPartial.Authority));
        headers.CacheControl = "no-store";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex";
    }

    private static bool IsId(string id) => Id().IsMatch(id);

    [GeneratedRegex(@"^[0-9a-f]{32}\z")]
    private static partial Regex Id();
}
