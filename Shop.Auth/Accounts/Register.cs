using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Auth.Accounts.Mail;
using Shop.Auth.Accounts.Passwords;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Accounts;

/// <param name="Email">The address to sign in with.</param>
/// <param name="Password">15 to 256 characters of any kind; easily guessed passwords are refused.</param>
/// <param name="DisplayName">What to call the user; optional.</param>
internal sealed record RegisterRequest(string Email, string Password, string? DisplayName = null);

internal sealed record Registered(Guid Id, string Email, string? DisplayName, IReadOnlyList<string> Roles);

/// <summary>Creates accounts.</summary>
internal sealed class Registration(AuthDb db, PasswordHashing passwords, AccountMails mails, MailSignal mail, TimeProvider clock)
{
    /// <summary>Creates an account with one role; null when the address is taken.</summary>
    /// <param name="email">The address, cleaned and valid.</param>
    /// <param name="password">A valid password.</param>
    /// <param name="displayName">The name, cleaned and valid; null for none.</param>
    /// <param name="role">The role's name.</param>
    /// <param name="from">The caller's network address, see <see cref="CallerAddress"/>.</param>
    /// <param name="cancellationToken">Cancels the registration.</param>
    /// <exception cref="ProblemException">429: too many passwords from this address are waiting.</exception>
    /// <exception cref="UnavailableException">Too many passwords are waiting.</exception>
    public async Task<User?> CreateAsync(string email, string password, string? displayName, string role, string from, CancellationToken cancellationToken)
    {
        var normalized = EmailAddress.Normalize(email);
        if (await db.Users.FindByEmailAsync(email, cancellationToken) is not null)
            return null;
        var user = new User
        {
            UserName = email,
            NormalizedUserName = normalized,
            Email = email,
            NormalizedEmail = normalized,
            DisplayName = displayName,
            NormalizedDisplayName = DisplayName.Normalize(displayName),
            CreatedAt = clock.GetUtcNow(),
            SecurityStamp = Guid.NewGuid().ToString("N"),
            LockoutEnabled = true,
            // The first admin's address comes from the configuration.
            EmailConfirmed = role is Role.Admin,
        };
        user.PasswordHash = await passwords.HashAsync(user, password, HashingPriority.Registration, new(normalized, from), cancellationToken);

        db.Users.Add(user);
        db.UserRoles.Add(new() { UserId = user.Id, RoleId = await db.Roles.Where(r => r.Name == role).Select(r => r.Id).SingleAsync(cancellationToken) });
        if (!user.EmailConfirmed)
            mails.Confirm(user);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        // The query above only saves work: among concurrent registrations of one address, the unique index decides.
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return null;
        }
        mail.Set();
        return user;
    }
}

internal static class Register
{
    /// <summary>409: another account has the address.</summary>
    public static ProblemHttpResult EmailTaken() => Problems.Of(
        StatusCodes.Status409Conflict, "email-taken", "There is an account with this e-mail address", "Sign in with it, or take another address.");

    public static async Task<Results<Created<Registered>, ProblemHttpResult>> HandleAsync(
        RegisterRequest request, Registration registration, AnonymousLimits limits, HttpContext http, CancellationToken cancellationToken)
    {
        var (email, displayName) = (EmailAddress.Clean(request.Email), request.DisplayName is { } name ? DisplayName.Clean(name) : null);
        if (FieldErrors.Of(
            ("email", EmailAddress.Validate(email)),
            ("password", Password.Validate(request.Password, email, displayName)),
            ("displayName", displayName is null ? null : DisplayName.Validate(displayName))) is { } problem)
        {
            return problem;
        }
        limits.ThrowIfExceeded(AnonymousAction.Register, http);

        return await registration.CreateAsync(email, request.Password, displayName, Role.Customer, http.Connection.Caller(), cancellationToken) is { } user
            ? TypedResults.Created($"/users/{user.Id}", new Registered(user.Id, email, displayName, [Role.Customer]))
            : EmailTaken();
    }
}
