namespace Aspire.Hosting.ApplicationModel;

/// <summary>A default that is kept in the AppHost's user secrets, so that it is the same at the next run.</summary>
internal sealed class PersistedParameterDefault(string parameterName, ParameterDefault inner, UserSecrets secrets) : ParameterDefault
{
    public override string GetDefaultValue()
    {
        var value = inner.GetDefaultValue();
        return secrets.GetOrSet($"Parameters:{parameterName}", value);
    }
}

/// <summary>A value that is given where the parameter is declared.</summary>
internal sealed class GivenParameterDefault(Func<string> value) : ParameterDefault
{
    public override string GetDefaultValue() => value();
}
