using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Catalog.Bulk;

/// <summary>How far an import with a key has come, written with its lines: whoever sent it sees it while it runs, and after it broke off.</summary>
internal sealed class ImportProgress
{
    /// <summary>How long it can be asked for.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>As <see cref="KeyOf"/> has it.</summary>
    public required string Key { get; init; }

    /// <summary>The last line that is done with, stored or listed as bad.</summary>
    public required long Line { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Everybody's keys are their own.</summary>
    public static string KeyOf(ClaimsPrincipal caller, string key) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller.FindFirst("sub")?.Value} {key}")));

    /// <summary>Forgets imports that nobody can ask for any more.</summary>
    public static Task PruneAsync(ProductDb db, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"DELETE FROM imports WHERE at < now() - {Kept}", cancellationToken);

    /// <summary>Part of the transaction that stores the lines.</summary>
    public static Task ReachAsync(ProductDb db, string key, long line, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"""
            INSERT INTO imports (key, line, at) VALUES ({key}, {line}, now())
            ON CONFLICT (key) DO UPDATE SET line = greatest(imports.line, excluded.line), at = excluded.at
            """, cancellationToken);

    /// <summary><c>GET /products/import/{key}</c>: 404 when nothing of it was stored, or not for a week.</summary>
    public static async Task<Results<Ok<ImportProgressView>, ProblemHttpResult>> HandleAsync(string key, HttpContext http, ProductDb db, CancellationToken cancellationToken)
    {
        var own = KeyOf(http.User, key);
        return await db.Set<ImportProgress>().AsNoTracking().Where(x => x.Key == own).Select(x => new ImportProgressView(x.Line, x.At)).FirstOrDefaultAsync(cancellationToken) is { } progress
            ? TypedResults.Ok(progress)
            : Problems.NotFound();
    }
}

/// <summary>How far an import has come.</summary>
/// <param name="Line">The last line that is done with, stored or listed as bad; a header counts.</param>
/// <param name="At">When it was, UTC.</param>
public sealed record ImportProgressView(long Line, DateTimeOffset At);

internal sealed class ImportProgressConfiguration : IEntityTypeConfiguration<ImportProgress>
{
    public void Configure(EntityTypeBuilder<ImportProgress> import)
    {
        import.ToTable("imports");
        import.HasKey(x => x.Key);
        import.Property(x => x.Key).HasMaxLength(64);
        import.HasIndex(x => x.At);
    }
}
