using System.Diagnostics.CodeAnalysis;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>A service outside of the application, known by its URL.</summary>
public sealed class ExternalServiceResource : Resource
{
    /// <summary>A service with a URL that is known.</summary>
    /// <exception cref="ArgumentException">The URL is not absolute, or has a path, a query or a fragment.</exception>
    public ExternalServiceResource(string name, Uri uri) : base(name)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (Reason(uri) is { } reason)
            throw new ArgumentException(reason, nameof(uri));
        Uri = uri;
    }

    /// <summary>A service with a URL that is given.</summary>
    public ExternalServiceResource(string name, ParameterResource urlParameter) : base(name) =>
        UrlParameter = urlParameter ?? throw new ArgumentNullException(nameof(urlParameter));

    /// <summary>The URL; null when it is given.</summary>
    public Uri? Uri { get; }

    /// <summary>What gives the URL; null when it is known.</summary>
    public ParameterResource? UrlParameter { get; }

    internal async ValueTask<Uri> GetUriAsync(CancellationToken cancellationToken)
    {
        if (Uri is not null)
            return Uri;

        var text = await UrlParameter!.GetValueAsync(cancellationToken);
        return TryParse(text, out var uri, out var reason) ? uri : throw new DistributedApplicationException(
            $"The URL parameter '{UrlParameter.Name}' for the external service '{Name}' is invalid: {reason}");
    }

    internal static bool TryParse(string? text, [NotNullWhen(true)] out Uri? uri, [NotNullWhen(false)] out string? reason)
    {
        reason = string.IsNullOrEmpty(text) || !Uri.TryCreate(text, UriKind.Absolute, out uri)
            ? Reason(uri = null)
            : Reason(uri);
        return reason is null;
    }

    private static string? Reason(Uri? uri) => uri switch
    {
        null or { IsAbsoluteUri: false } => "The URL for the external service must be an absolute URI.",
        { AbsolutePath: not "/" } => "The URL absolute path must be \"/\".",
        { Fragment.Length: > 0 } => "The URL cannot contain a fragment.",
        { Query.Length: > 0 } => "The URL cannot contain a query.",
        _ => null,
    };
}
