using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Names volumes.</summary>
public static class VolumeNameGenerator
{
    /// <summary>A name made of the application, its path (as a hash), the resource and the suffix.</summary>
    /// <exception cref="ArgumentException">The suffix has characters that a volume's name may not have.</exception>
    public static string Generate<T>(IResourceBuilder<T> builder, string suffix) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(suffix);
        if (!suffix.Select((c, i) => IsValid(i, c)).All(valid => valid))
            throw new ArgumentException($"The suffix '{suffix}' contains invalid characters. It must match [a-zA-Z0-9][a-zA-Z0-9_.-]*.", nameof(suffix));

        var application = builder.ApplicationBuilder;
        var name = string.Concat(application.Environment.ApplicationName.Select((c, i) => IsValid(i, c) ? char.ToLowerInvariant(c) : '_'));
        var hash = application.Configuration["AppHost:Sha256"]![..10].ToLowerInvariant();
        return $"{name}-{hash}-{builder.Resource.Name}-{suffix}";
    }

    private static bool IsValid(int index, char c) => char.IsAsciiLetterOrDigit(c) || (index > 0 && c is '_' or '.' or '-');
}
