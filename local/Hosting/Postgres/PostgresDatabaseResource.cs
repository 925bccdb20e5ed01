using System.Data.Common;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A database on a PostgreSQL server. It is created when the server works, unless it is there.</summary>
public class PostgresDatabaseResource : Resource, IResourceWithParent<PostgresServerResource>, IResourceWithConnectionString
{
    /// <summary>Makes a database of that name on that server.</summary>
    public PostgresDatabaseResource(string name, string databaseName, PostgresServerResource postgresParentResource) : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(databaseName);
        ArgumentNullException.ThrowIfNull(postgresParentResource);
        DatabaseName = databaseName;
        Parent = postgresParentResource;
    }

    /// <summary>The server.</summary>
    public PostgresServerResource Parent { get; }

    /// <summary>Its name in PostgreSQL.</summary>
    public string DatabaseName { get; }

    /// <summary>The connection string for Npgsql.</summary>
    public ReferenceExpression ConnectionStringExpression
    {
        get
        {
            // The class quotes a name that would otherwise end the string or begin another property.
            var database = new DbConnectionStringBuilder { ["Database"] = DatabaseName }.ToString();
            return ReferenceExpression.Create($"{Parent};{database}");
        }
    }

    /// <summary>The connection string as a URI.</summary>
    public ReferenceExpression UriExpression => Parent.UriOf(DatabaseName);

    /// <summary>The connection string for JDBC, without user and password.</summary>
    public ReferenceExpression JdbcConnectionString => Parent.JdbcOf(DatabaseName);

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() => Parent.CombineProperties(
    [
        new("DatabaseName", ReferenceExpression.Create($"{DatabaseName}")),
        new("Uri", UriExpression),
        new("JdbcConnectionString", JdbcConnectionString),
    ]);
}

/// <summary>Creates a database in a way of its own.</summary>
internal sealed class CreationScriptAnnotation(string script) : IResourceAnnotation
{
    public string Script => script;
}
