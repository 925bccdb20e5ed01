namespace Aspire.Hosting.ApplicationModel;

/// <summary>A PostgreSQL server.</summary>
public class PostgresServerResource : ContainerResource, IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";
    private const string DefaultUserName = "postgres";

    private readonly Dictionary<string, string> _databases = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes a server; the user is <c>postgres</c> when none is given.</summary>
    public PostgresServerResource(string name, ParameterResource? userName, ParameterResource password) : base(name)
    {
        ArgumentNullException.ThrowIfNull(password);
        PrimaryEndpoint = new(this, PrimaryEndpointName);
        UserNameParameter = userName;
        PasswordParameter = password;
    }

    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The host to reach it.</summary>
    public EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    /// <summary>The port to reach it.</summary>
    public EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    /// <summary>What gives the user; null for <c>postgres</c>.</summary>
    public ParameterResource? UserNameParameter { get; set; }

    /// <summary>The user.</summary>
    public ReferenceExpression UserNameReference => UserNameParameter is null
        ? ReferenceExpression.Create($"{DefaultUserName}")
        : ReferenceExpression.Create($"{UserNameParameter}");

    /// <summary>What gives the password.</summary>
    public ParameterResource PasswordParameter { get; set; }

    /// <summary>The databases: the names in PostgreSQL by the names of the resources.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    /// <summary>The connection string for Npgsql, without a database.</summary>
    public ReferenceExpression ConnectionStringExpression =>
        this.TryGetLastAnnotation<ConnectionStringRedirectAnnotation>(out var other)
            ? other.Resource.ConnectionStringExpression
            : ReferenceExpression.Create($"Host={Host};Port={Port};Username={UserNameReference};Password={PasswordParameter}");

    /// <summary>The connection string as a URI.</summary>
    public ReferenceExpression UriExpression => UriOf(database: null);

    /// <summary>The connection string for JDBC, without user and password.</summary>
    public ReferenceExpression JdbcConnectionString => JdbcOf(database: null);

    /// <summary>The connection string for Npgsql, without a database.</summary>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ConnectionStringExpression.GetValueAsync(cancellationToken);

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{Host}")),
        new("Port", ReferenceExpression.Create($"{Port}")),
        new("Username", UserNameReference),
        new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
        new("Uri", UriExpression),
        new("JdbcConnectionString", JdbcConnectionString),
    ];

    internal void AddDatabase(string name, string databaseName) => _databases.TryAdd(name, databaseName);

    internal ReferenceExpression UriOf(string? database)
    {
        var uri = new ReferenceExpressionBuilder();
        uri.AppendLiteral("postgresql://");
        if (UserNameParameter is null)
            uri.AppendLiteral(DefaultUserName);
        else
            uri.Append($"{UserNameParameter:uri}");
        uri.Append($":{PasswordParameter:uri}@{Host}:{Port}");
        if (database is not null)
            uri.Append($"/{database:uri}");
        return uri.Build();
    }

    internal ReferenceExpression JdbcOf(string? database)
    {
        var uri = new ReferenceExpressionBuilder();
        uri.Append($"jdbc:postgresql://{Host}:{Port}");
        if (database is not null)
            uri.Append($"/{database:uri}");
        return uri.Build();
    }
}
