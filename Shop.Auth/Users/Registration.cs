using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Auth.Mail;
using Shop.Auth.Recovery;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Users;

/// <summary>Makes accounts.</summary>
internal sealed class Registration(AuthDb db, Passwords passwords, Letters letters, MailSignal mail, TimeProvider clock)
{
    /// <summary>Makes an account in one role; null when the address is taken.</summary>
    /// <param name="email">The address, cleaned.</param>
    /// <param name="password">A password that does.</param>
    /// <param name="displayName">The name, cleaned; null: none given.</param>
    /// <param name="role">What they are.</param>
    /// <param name="from">Where they come from, see <see cref="Callers"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ProblemException">429: too many from there wait for theirs already.</exception>
    /// <exception cref="UnavailableException">Too many passwords wait to be hashed.</exception>
    public async Task<User?> CreateAsync(string email, string password, string? displayName, string role, string from, CancellationToken cancel)
    {
        var normalized = EmailAddress.Normalize(email);
        if (await db.Users.FindByEmailAsync(email, cancel) is not null)
        {
            return null;
        }
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
            // That of the first admin is configured by whoever runs the shop.
            EmailConfirmed = role is Role.Admin,
        };
        user.PasswordHash = await passwords.HashAsync(user, password, Errand.Registration, new(normalized, from), cancel);
        return await TryAddAsync(user, role, cancel) ? user : null;
    }

    private async Task<bool> TryAddAsync(User user, string role, CancellationToken cancel)
    {
        var roleId = await db.Roles.Where(r => r.Name == role).Select(r => r.Id).SingleAsync(cancel);
        db.Users.Add(user);
        db.UserRoles.Add(new() { UserId = user.Id, RoleId = roleId });
        if (!user.EmailConfirmed)
        {
            letters.Confirm(user);
        }
        try
        {
            await db.SaveChangesAsync(cancel);
            mail.Raise();
            return true;
        }
        // The look before only saves work: among simultaneous registrations of one address, the unique index decides.
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return false;
        }
    }
}

internal static class RegistrationEndpoint
{
    public static void MapRegistration(this IEndpointRouteBuilder app) => app.MapPost("/register", RegisterAsync)
        .WithName("Register")
        .WithTags("Account")
        .WithSummary("Makes an account")
        .AllowAnonymous()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);

    /// <summary>409: the address is another account's.</summary>
    public static ProblemHttpResult Taken() => Problems.Of(
        StatusCodes.Status409Conflict, "email-taken", "There is an account with this e-mail address", "Sign in with it, or take another address.");

    private static async Task<Results<Created<Registered>, ProblemHttpResult>> RegisterAsync(
        RegisterRequest request, Registration registration, StrangerLimits limits, HttpContext http, CancellationToken cancel)
    {
        var (email, displayName) = (EmailAddress.Clean(request.Email), request.DisplayName is { } name ? DisplayName.Clean(name) : null);
        var errors = new Dictionary<string, string[]>();
        Note("email", EmailAddress.Fault(email));
        Note("password", Password.Fault(request.Password, email, displayName));
        Note("displayName", displayName is null ? null : DisplayName.Fault(displayName));
        if (errors.Count > 0)
        {
            return Problems.Validation(errors);
        }
        limits.Expect(StrangerWish.Account, http);

        return await registration.CreateAsync(email, request.Password, displayName, Role.Customer, http.Connection.Caller(), cancel) is { } user
            ? TypedResults.Created($"/users/{user.Id}", new Registered(user.Id, email, displayName, [Role.Customer]))
            : Taken();

        void Note(string field, string? fault)
        {
            if (fault is not null)
            {
                errors[field] = [fault];
            }
        }
    }
}

/// <param name="Email">The address to sign in with.</param>
/// <param name="Password">15 to 256 characters, any; not one of those that everybody tries.</param>
/// <param name="DisplayName">What to call the user; may be left out.</param>
internal sealed record RegisterRequest(string Email, string Password, string? DisplayName = null);

internal sealed record Registered(Guid Id, string Email, string? DisplayName, IReadOnlyList<string> Roles);
