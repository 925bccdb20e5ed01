using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts.Mail;
using Shop.Auth.Pages;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Accounts;

/// <param name="Email">The address of the account.</param>
internal sealed record ForgotPasswordRequest(string Email);

/// <summary>A request for a mailed link, for an address that may or may not have an account.</summary>
internal sealed class ForgottenPassword
{
    public Guid Id { get; init; }

    /// <summary>As it was typed.</summary>
    public required string Email { get; init; }

    /// <summary>Code of the language in which it was asked for: <c>de</c>.</summary>
    public required string Language { get; init; }
}

/// <summary>Wakes <see cref="ForgottenPasswordMails"/>.</summary>
internal sealed class ForgottenSignal : AsyncAutoResetEvent;

/// <summary>Takes requests for a link to reset the password. Neither the answer nor its timing tells whether the address has an account.</summary>
internal sealed class ForgotPassword(AuthDb db, ForgottenSignal signal, AnonymousLimits limits, IHttpContextAccessor http)
{
    /// <summary>Stores the request for an address that is cleaned and valid. Whether it has an account is looked up later, by <see cref="ForgottenPasswordMails"/>.</summary>
    private async Task StoreAsync(string email, CancellationToken cancellationToken)
    {
        limits.ThrowIfExceeded(AnonymousAction.Mail, http.HttpContext!);
        // Always a new row: finding an existing one would take another time than inserting.
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO forgotten_passwords (id, email, language) VALUES ({Guid.CreateVersion7()}, {email}, {CultureInfo.CurrentUICulture.TwoLetterISOLanguageName})
            """, cancellationToken);
        signal.Set();
    }

    public static async Task<Results<Accepted, ProblemHttpResult>> HandleAsync(ForgotPasswordRequest request, ForgotPassword forgot, CancellationToken cancellationToken)
    {
        var email = EmailAddress.Clean(request.Email);
        if (EmailAddress.Validate(email) is { } error)
            return FieldErrors.Of("email", error);
        await forgot.StoreAsync(email, cancellationToken);
        return TypedResults.Accepted((string?)null);
    }

    public static async Task<IResult> SubmitAsync(
        HttpContext http, IAntiforgery antiforgery, ForgotPassword forgot, IConfiguration configuration, CancellationToken cancellationToken)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return Page(error: ErrorPage.FormExpired, status: StatusCodes.Status400BadRequest);
        var email = EmailAddress.Clean((await http.Request.ReadFormAsync(cancellationToken))["email"].ToString());
        if (EmailAddress.Validate(email) is { } error)
            return Page(email, error, StatusCodes.Status400BadRequest);
        await forgot.StoreAsync(email, cancellationToken);
        return OwnSite.Notice("Check your mail", configuration, "If there is an account with this address, a link for a new password is on its way there.");
    }

    public static RazorComponentResult<ForgotPasswordPage> Page(string? email = null, string? error = null, int status = StatusCodes.Status200OK) =>
        new(new { Email = email, Error = error }) { StatusCode = status };
}

/// <summary>Mails the links that were asked for with <see cref="ForgotPassword"/> where the address has an account.</summary>
internal sealed class ForgottenPasswordMails(
    IServiceScopeFactory scopes, ForgottenSignal signal, MailSignal mail, TimeProvider clock, ILogger<ForgottenPasswordMails> logger)
    : RepeatingService("Mailing links for new passwords", logger, clock)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long an expired link still counts towards the account's hourly limit.</summary>
    private static readonly TimeSpan KeptExpired = TimeSpan.FromHours(1);

    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        while (await SendNextAsync(stoppingToken))
        {
        }
        await signal.WaitAsync(PollInterval, stoppingToken);
        return TimeSpan.Zero;
    }

    /// <summary>False when there was none.</summary>
    private async Task<bool> SendNextAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, links) = (scope.ServiceProvider.GetRequiredService<AuthDb>(), scope.ServiceProvider.GetRequiredService<MailedLinks>());
        var sent = await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var next = await db.Set<ForgottenPassword>().FromSql($"SELECT * FROM forgotten_passwords ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED").ToListAsync(cancellationToken);
            if (next is not [var forgotten])
                return false;
            var old = Clock.GetUtcNow() - KeptExpired;
            await db.Set<MailedLink>().Where(link => link.ExpiresAt < old).ExecuteDeleteAsync(cancellationToken);
            if (await db.Users.FindByEmailAsync(forgotten.Email, cancellationToken) is { } user && !await links.IsLimitReachedAsync(user.Id, cancellationToken))
            {
                // Of this mail only: it ends with the method.
                CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(forgotten.Language);
                scope.ServiceProvider.GetRequiredService<AccountMails>().ResetPassword(user);
            }
            db.Remove(forgotten);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        });
        if (sent)
            mail.Set();
        return sent;
    }
}
