using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Declares parameters. Each is overridden by <c>Parameters:name</c> in the configuration.</summary>
public static class ParameterResourceBuilderExtensions
{
    // Of the 67 characters that a password may have, 22 make 128 bits.
    private const int PasswordLength = 22;

    /// <summary>Adds a parameter that must be given.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(CreateParameter(builder, name, secret));
    }

    /// <summary>Adds a parameter that is as said unless it is given.</summary>
    /// <exception cref="ArgumentException">A secret cannot be published as a default.</exception>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string value,
        bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        return builder.AddParameter(name, () => value, publishValueAsDefault, secret);
    }

    /// <summary>Adds a parameter that is what the callback returns unless it is given.</summary>
    /// <exception cref="ArgumentException">A secret cannot be published as a default.</exception>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter,
        bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(valueGetter);
        if (publishValueAsDefault && secret)
            throw new ArgumentException("A parameter cannot be both secret and published as a default value.", nameof(secret));

        var given = new GivenParameterDefault(valueGetter);
        return builder.Add(new ParameterResource(name, _ => Find(builder.Configuration, $"Parameters:{name}", given), secret)
        {
            Default = publishValueAsDefault ? given : null,
        });
    }

    /// <summary>Adds a parameter that is generated unless it is given.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name.</param>
    /// <param name="value">Generates it.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    /// <param name="persist">Whether it is kept in the AppHost's user secrets, so that it is the same at the next run.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, ParameterDefault value, bool secret = false, bool persist = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(value);
        var @default = persist ? Persisted(builder, name, value) : value;
        return builder.Add(new ParameterResource(name, d => Find(builder.Configuration, $"Parameters:{name}", d), secret) { Default = @default });
    }

    /// <summary>Adds a parameter that is read from a configuration key of one's own.</summary>
    public static IResourceBuilder<ParameterResource> AddParameterFromConfiguration(
        this IDistributedApplicationBuilder builder, string name, string configurationKey, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configurationKey);
        return builder.Add(new ParameterResource(name, d => Find(builder.Configuration, configurationKey, d), secret)
        {
            ConfigurationKey = configurationKey,
        });
    }

    /// <summary>Says what the parameter is for.</summary>
    public static IResourceBuilder<ParameterResource> WithDescription(
        this IResourceBuilder<ParameterResource> builder, string description, bool enableMarkdown = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (builder.Resource.Description, builder.Resource.EnableDescriptionMarkdown) = (description, enableMarkdown);
        return builder;
    }

    /// <summary>Adds a connection string that must be given, as <c>ConnectionStrings:name</c> in the configuration.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name.</param>
    /// <param name="environmentVariableName">The variable that carries it to those who refer to it; null for <c>ConnectionStrings__name</c>.</param>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string? environmentVariableName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new ConnectionStringParameterResource(
            name,
            _ => builder.Configuration.GetConnectionString(name) ?? throw new MissingParameterValueException(
                $"Connection string parameter resource could not be used because connection string '{name}' is missing."),
            environmentVariableName));
    }

    /// <summary>Makes a parameter that must be given. It is not added to the application.</summary>
    public static ParameterResource CreateParameter(IDistributedApplicationBuilder builder, string name, bool secret)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new ParameterResource(name, d => Find(builder.Configuration, $"Parameters:{name}", d), secret);
    }

    /// <summary>Makes a parameter that is generated once and kept in the AppHost's user secrets. It is not added to the application.</summary>
    public static ParameterResource CreateGeneratedParameter(
        IDistributedApplicationBuilder builder, string name, bool secret, GenerateParameterDefault parameterDefault)
    {
        var parameter = CreateParameter(builder, name, secret);
        parameter.Default = Persisted(builder, name, parameterDefault);
        return parameter;
    }

    /// <summary>Makes a password that is generated once and kept in the AppHost's user secrets. It is not added to the application.</summary>
    public static ParameterResource CreateDefaultPasswordParameter(
        IDistributedApplicationBuilder builder, string name,
        bool lower = true, bool upper = true, bool numeric = true, bool special = true,
        int minLower = 0, int minUpper = 0, int minNumeric = 0, int minSpecial = 0) =>
        CreateGeneratedParameter(builder, name, secret: true, new GenerateParameterDefault
        {
            MinLength = PasswordLength,
            Lower = lower,
            Upper = upper,
            Numeric = numeric,
            Special = special,
            MinLower = minLower,
            MinUpper = minUpper,
            MinNumeric = minNumeric,
            MinSpecial = minSpecial,
        });

    private static ParameterDefault Persisted(IDistributedApplicationBuilder builder, string name, ParameterDefault value) =>
        builder.ExecutionContext.IsRunMode ? new PersistedParameterDefault(name, value, UserSecrets.Of(builder.AppHostAssembly)) : value;

    private static string Find(ConfigurationManager configuration, string key, ParameterDefault? @default)
    {
        // A shell takes no hyphen in the name of a variable, so Parameters__admin_password also gives admin-password.
        var given = configuration[key] is { Length: > 0 } value ? value : configuration[key.Replace('-', '_')];
        return given ?? @default?.GetDefaultValue() ?? throw new MissingParameterValueException(
            $"Parameter resource could not be used because configuration key '{key}' is missing and the Parameter has no default value.");
    }

    private static IResourceBuilder<T> Add<T>(this IDistributedApplicationBuilder builder, T parameter) where T : ParameterResource =>
        builder.AddResource(parameter).WithInitialState(new CustomResourceSnapshot
        {
            ResourceType = KnownResourceTypes.Parameter,
            Properties = [new(CustomResourceKnownProperties.Source, parameter.ConfigurationKey)],
            State = KnownResourceStates.Waiting,
        });
}
