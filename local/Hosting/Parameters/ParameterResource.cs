namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is given from outside, or generated.</summary>
public class ParameterResource : Resource, IManifestExpressionProvider, IValueProvider
{
    private readonly Lazy<string> _value;

    /// <summary>Makes a parameter whose value the callback finds; it is given the default and called once.</summary>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false) : base(name)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _value = new(() => callback(Default));
        Secret = secret;
    }

    /// <summary>The value.</summary>
    /// <exception cref="MissingParameterValueException">There is none.</exception>
    [Obsolete("Use GetValueAsync for async access or pass the ParameterResource directly to methods that accept it (e.g., environment variables).")]
    public string Value => _value.Value;

    /// <summary>What it is when nobody gives it; null when it has to be given.</summary>
    public ParameterDefault? Default { get; set; }

    /// <summary>Whether it must not be shown.</summary>
    public bool Secret { get; }

    /// <summary>Whether it is a connection string.</summary>
    public bool IsConnectionString { get; set; }

    /// <summary>What it is for, in words; null for nothing.</summary>
    public string? Description { get; set; }

    /// <summary>Whether those words are Markdown.</summary>
    public bool EnableDescriptionMarkdown { get; set; }

    /// <summary>What it is called in a manifest.</summary>
    public string ValueExpression => $"{{{Name}.value}}";

    internal string ConfigurationKey
    {
        get => field ?? (IsConnectionString ? $"ConnectionStrings:{Name}" : $"Parameters:{Name}");
        init;
    }

    /// <summary>The value.</summary>
    /// <exception cref="MissingParameterValueException">There is none.</exception>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(_value.Value);

    /// <summary>The value.</summary>
    /// <exception cref="MissingParameterValueException">There is none.</exception>
    public ValueTask<string?> GetValueAsync(ValueProviderContext _, CancellationToken cancellationToken) => new(_value.Value);
}

/// <summary>What a parameter is when nobody gives it.</summary>
public abstract class ParameterDefault
{
    /// <summary>The value. One that is generated is another each time.</summary>
    public abstract string GetDefaultValue();
}

/// <summary>A text of random characters.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    /// <summary>The length at least.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether it has lower-case letters.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether it has upper-case letters.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether it has digits.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether it has other characters.</summary>
    public bool Special { get; set; } = true;

    /// <summary>How many lower-case letters at least.</summary>
    public int MinLower { get; set; }

    /// <summary>How many upper-case letters at least.</summary>
    public int MinUpper { get; set; }

    /// <summary>How many digits at least.</summary>
    public int MinNumeric { get; set; }

    /// <summary>How many other characters at least.</summary>
    public int MinSpecial { get; set; }

    /// <inheritdoc />
    /// <exception cref="ArgumentException">It can have no character at all, or must have some of a kind that it may not have.</exception>
    public override string GetDefaultValue() => RandomText.Generate(
        MinLength, new(Lower, MinLower), new(Upper, MinUpper), new(Numeric, MinNumeric), new(Special, MinSpecial));
}
