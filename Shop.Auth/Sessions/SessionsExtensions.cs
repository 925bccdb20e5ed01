using Microsoft.EntityFrameworkCore;
using OpenIddict.EntityFrameworkCore.Models;
using Shop.ServiceDefaults.Access;

namespace Shop.Auth.Sessions;

internal static class SessionsExtensions
{
    public static void AddSessions(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<UserSessions>();
        builder.Services.AddScoped<LiveAccess, AccountAccess>();
        builder.Services.AddOpenIddict()
            .AddServer(server => server.AddEventHandler(SessionStart.Descriptor).AddEventHandler(TokenReuse.Descriptor))
            // An access token of a session that has ended is refused here at once, for the price of a look at the database. OpenIddict finds the
            // authorization of a token by the token's entry.
            .AddValidation(validation => validation.EnableTokenEntryValidation().EnableAuthorizationEntryValidation());
    }

    /// <summary>The indexes for how sessions are listed and ended; OpenIddict has none that begins with the user.</summary>
    public static void AddSessions(this ModelBuilder model)
    {
        model.Entity<OpenIddictEntityFrameworkCoreAuthorization<Guid>>().HasIndex(session => new { session.Subject, session.CreationDate, session.Id });
        model.Entity<OpenIddictEntityFrameworkCoreToken<Guid>>().HasIndex("AuthorizationId", "CreationDate");
    }
}
