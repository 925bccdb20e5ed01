namespace Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;

/// <summary>How a DbContext reaches its PostgreSQL database. Read from <c>Aspire:Npgsql:EntityFrameworkCore:PostgreSQL</c>.</summary>
public class NpgsqlEntityFrameworkCorePostgreSQLSettings
{
    /// <summary>The connection string; null when it comes from <c>ConnectionStrings:&lt;name&gt;</c> alone.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>True to let a transient fault surface at once instead of trying again.</summary>
    public bool DisableRetry { get; set; }

    /// <summary>True to leave out the health check that connects to the database.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>True to leave out spans of commands.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>True to leave out the metrics of commands and connections.</summary>
    public bool DisableMetrics { get; set; }

    /// <summary>Seconds a command may take; null for Npgsql's own default.</summary>
    public int? CommandTimeout { get; set; }
}
