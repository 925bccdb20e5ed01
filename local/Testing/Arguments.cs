namespace Aspire.Hosting.Testing;

internal static class Arguments
{
    /// <exception cref="ArgumentNullException">The array or one of its items is null.</exception>
    /// <exception cref="ArgumentException">An item is empty.</exception>
    public static string[] Checked(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        foreach (var arg in args)
            ArgumentException.ThrowIfNullOrEmpty(arg, nameof(args));
        return args;
    }
}
