namespace Aspire.Hosting.ApplicationModel;

/// <summary>The rule for names of resources and endpoints.</summary>
internal static class ModelName
{
    private const int MaxLength = 64;

    public static void Validate(string target, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Reason(name) is { } reason)
            throw new ArgumentException($"{target} name '{name}' is invalid. {reason}", nameof(name));
    }

    private static string? Reason(string name) => name switch
    {
        { Length: < 1 or > MaxLength } => $"Name must be between 1 and {MaxLength} characters long.",
        _ when name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-') => "Name must contain only ASCII letters, digits, and hyphens.",
        _ when name.Contains("--", StringComparison.Ordinal) => "Name cannot contain consecutive hyphens.",
        _ when !char.IsAsciiLetter(name[0]) => "Name must start with an ASCII letter.",
        _ when name[^1] == '-' => "Name cannot end with a hyphen.",
        _ => null,
    };
}

/// <summary>Marks a parameter that takes a name of the application model.</summary>
public interface IModelNameParameter;

/// <summary>Marks a parameter that takes the name of a resource.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ResourceNameAttribute : Attribute, IModelNameParameter;

/// <summary>Marks a parameter that takes the name of an endpoint.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class EndpointNameAttribute : Attribute, IModelNameParameter;
