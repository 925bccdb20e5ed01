namespace Aspire.Hosting.ApplicationModel;

/// <summary>A RabbitMQ server.</summary>
public class RabbitMQServerResource : ContainerResource, IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";
    private const string DefaultUserName = "guest";

    /// <summary>Makes a server; the user is <c>guest</c> when none is given.</summary>
    public RabbitMQServerResource(string name, ParameterResource? userName, ParameterResource password) : base(name)
    {
        ArgumentNullException.ThrowIfNull(password);
        PrimaryEndpoint = new(this, PrimaryEndpointName);
        UserNameParameter = userName;
        PasswordParameter = password;
    }

    /// <summary>Where it listens for AMQP.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The host to reach it.</summary>
    public EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    /// <summary>The port to reach it.</summary>
    public EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    /// <summary>What gives the user; null for <c>guest</c>.</summary>
    public ParameterResource? UserNameParameter { get; }

    /// <summary>The user.</summary>
    public ReferenceExpression UserNameReference => UserNameParameter is null
        ? ReferenceExpression.Create($"{DefaultUserName}")
        : ReferenceExpression.Create($"{UserNameParameter}");

    /// <summary>What gives the password.</summary>
    public ParameterResource PasswordParameter { get; }

    /// <summary>The connection string, an AMQP URI.</summary>
    public ReferenceExpression ConnectionStringExpression => UriExpression;

    /// <summary>The connection string, an AMQP URI.</summary>
    public ReferenceExpression UriExpression
    {
        get
        {
            var uri = new ReferenceExpressionBuilder();
            uri.AppendLiteral("amqp://");
            if (UserNameParameter is null)
                uri.AppendLiteral(DefaultUserName);
            else
                uri.Append($"{UserNameParameter:uri}");
            uri.Append($":{PasswordParameter:uri}@{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}");
            return uri.Build();
        }
    }

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{Host}")),
        new("Port", ReferenceExpression.Create($"{Port}")),
        new("Username", UserNameReference),
        new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
        new("Uri", UriExpression),
    ];
}
