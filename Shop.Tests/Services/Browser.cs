using System.Net;
using System.Text.RegularExpressions;

namespace Shop.Tests.Services;

/// <summary>
/// A browser without scripts: keeps cookies, follows redirects, fills in forms. The client must keep cookies and not follow redirects itself.
/// </summary>
public sealed partial class Browser(HttpClient http)
{
    private const int MostRedirects = 12;

    /// <summary>The page that is shown.</summary>
    public Page Current { get; private set; } = new(new("about:blank"), HttpStatusCode.OK, "", new HttpResponseMessage().Headers);

    /// <summary>Opens an address and whatever it redirects to.</summary>
    public Task<Page> OpenAsync(string address) => GoAsync(new(HttpMethod.Get, Absolute(WebUtility.HtmlDecode(address))), MostRedirects);

    /// <summary>Opens an address but not what it redirects to.</summary>
    public Task<Page> OpenOnlyAsync(string address) => GoAsync(new(HttpMethod.Get, Absolute(WebUtility.HtmlDecode(address))), 0);

    /// <summary>Sends the page's form whose action, or that of a button in it, starts with this, with these fields filled in.</summary>
    public Task<Page> SubmitAsync(string action, params (string Name, string Value)[] fields) => SubmitAsync(action, MostRedirects, fields);

    /// <summary>As <see cref="SubmitAsync(string, (string, string)[])"/>, but does not follow where the answer redirects to.</summary>
    public Task<Page> SubmitOnlyAsync(string action, params (string Name, string Value)[] fields) => SubmitAsync(action, 0, fields);

    /// <summary>As seen from the page that is shown, or at first from where the client is of.</summary>
    private Uri Absolute(string address) => (Current.Address.Scheme is "about" ? http.BaseAddress : Current.Address) is { } seenFrom
        ? new(seenFrom, address)
        : new(address);

    private Task<Page> SubmitAsync(string action, int redirects, (string Name, string Value)[] fields)
    {
        var form = Forms().Matches(Current.Html)
            .Select(match => (Tags: (string[])[match.Groups["tag"].Value, .. Buttons().Matches(match.Groups["body"].Value).Select(button => button.Value)], Body: match.Groups["body"].Value))
            .SelectMany(form => form.Tags.Select(tag => (Action: WebUtility.HtmlDecode(Attribute(tag, "action") ?? Attribute(tag, "formaction") ?? ""), form.Body)))
            .First(form => form.Action.StartsWith(action, StringComparison.Ordinal));
        var content = Inputs().Matches(form.Body)
            .Select(input => (Name: Attribute(input.Value, "name"), Value: Attribute(input.Value, "value")))
            .Where(input => input.Name is not null)
            .ToDictionary(input => input.Name!, input => WebUtility.HtmlDecode(input.Value ?? ""));
        foreach (var (name, value) in fields)
            content[name] = value;
        return GoAsync(new(HttpMethod.Post, Absolute(form.Action)) { Content = new FormUrlEncodedContent(content) }, redirects);
    }

    private async Task<Page> GoAsync(HttpRequestMessage request, int redirects)
    {
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var address = request.RequestUri!;
        Current = new(address, response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Headers);
        return Current.Redirect is { } next && redirects > 0 ? await GoAsync(new(HttpMethod.Get, next), redirects - 1) : Current;
    }

    private static string? Attribute(string tag, string name) =>
        Regex.Match(tag, $"\\s{name}=\"(?<value>[^\"]*)\"") is { Success: true } match ? match.Groups["value"].Value : null;

    [GeneratedRegex("<form(?<tag>[^>]*)>(?<body>.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("<button[^>]*>")]
    private static partial Regex Buttons();

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Inputs();

    /// <summary>What an address answered.</summary>
    public sealed record Page(Uri Address, HttpStatusCode Status, string Html, System.Net.Http.Headers.HttpResponseHeaders Headers)
    {
        /// <summary>Where it sends the browser; null when it does not.</summary>
        public Uri? Redirect => (int)Status is >= 300 and < 400 && Headers.Location is { } location ? new(Address, location) : null;
    }
}
