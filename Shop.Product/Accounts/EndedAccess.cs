using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Accounts;

/// <summary>A session or an account that is over although access tokens of it are good still.</summary>
internal sealed class EndedAccess
{
    /// <summary>Of the session, or of the user whose account it was.</summary>
    public required Guid Id { get; init; }

    public DateTimeOffset EndedAt { get; init; }
}

internal sealed class EndedAccessMapping : IEntityTypeConfiguration<EndedAccess>
{
    public void Configure(EntityTypeBuilder<EndedAccess> builder)
    {
        builder.ToTable("ended_access");
        builder.HasKey(ended => ended.Id);
        builder.Property(ended => ended.Id).ValueGeneratedNever();
        builder.Property(ended => ended.EndedAt).HasDefaultValueSql("now()");
    }
}

/// <summary>
/// Lets nobody spend or call off by a session that is over. An access token says for up to ten minutes what was so when it was made; here that is asked of what
/// Auth has told since (<see cref="SessionsEndedHandler"/>), not of Auth itself: orders are taken while Auth is away.
/// </summary>
internal sealed class LiveSessions(NpgsqlDataSource database) : IEndpointFilter
{
    private const string SessionClaim = "oi_au_id";

    /// <summary>Nobody who waits to place an order waits longer for this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var session = Guid.TryParse(http.User.FindFirst(SessionClaim)?.Value, out var id) ? id : Guid.Empty;
        if (!await IsOverAsync(http.User.Id(), session, http.RequestAborted))
        {
            return await next(context);
        }
        http.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\", error_description=\"The session has ended.\"";
        return Problems.Of(StatusCodes.Status401Unauthorized, "unauthorized", "The session has ended", "Sign in again.");
    }

    private async Task<bool> IsOverAsync(Guid user, Guid session, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            await using var look = database.CreateCommand("SELECT 1 FROM ended_access WHERE id = $1 OR id = $2 LIMIT 1");
            look.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user });
            look.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = session });
            return await look.ExecuteScalarAsync(patience.Token) is not null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new UnavailableException("The database does not say whether the session is over.");
        }
    }
}
