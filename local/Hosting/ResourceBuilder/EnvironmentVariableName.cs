namespace Aspire.Hosting;

internal static class EnvironmentVariableName
{
    /// <summary>The name with everything that a shell does not take replaced by an underscore.</summary>
    public static string From(string name)
    {
        if (name.Length == 0)
            return name;

        var valid = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return char.IsAsciiDigit(valid[0]) ? $"_{valid}" : valid;
    }
}
