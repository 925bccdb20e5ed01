using Microsoft.Playwright;
using Shop.Tests.Distributed;

namespace Shop.Tests.Browser;

/// <summary>
/// A real browser, started once for all tests that look at pages: the Chromium of the distribution, which <c>.ci/run</c> installs. Elsewhere, a machine
/// without one skips these tests and says so.
/// </summary>
public sealed class ShopBrowser : IAsyncLifetime
{
    private static readonly string[] Places =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The folder that pictures of pages go to; null: none are wanted, since they take half of the time.</summary>
    public static string? Pictures { get; } = Environment.GetEnvironmentVariable("SHOP_PICTURES") is { Length: > 0 } folder ? Directory.CreateDirectory(folder).FullName : null;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A window of somebody who was never here before.</summary>
    /// <param name="shop">The running system.</param>
    /// <param name="change">Changes the options of the window: its size, language, colours, whether it has scripts.</param>
    public async Task<IPage> OpenAsync(ShopSystem shop, Action<BrowserNewContextOptions>? change = null)
    {
        var options = new BrowserNewContextOptions
        {
            BaseURL = shop.App.GetEndpoint("web", "http").GetLeftPart(UriPartial.Authority),
            Locale = "en-GB",
            ViewportSize = new() { Width = 1280, Height = 900 },
            ReducedMotion = ReducedMotion.Reduce,
        };
        change?.Invoke(options);
        var window = await (await StartAsync()).NewContextAsync(options);
        window.SetDefaultTimeout(20_000);
        return await window.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private async Task<IBrowser> StartAsync()
    {
        if (_browser is not null)
            return _browser;
        var path = Environment.GetEnvironmentVariable("SHOP_BROWSER") ?? Places.FirstOrDefault(File.Exists);
        if (path is null)
        {
            const string Missing = "There is no Chromium here: install it (Debian: apt-get install chromium), or say where one is in SHOP_BROWSER.";
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") is null, Missing);
            Assert.Fail(Missing);
        }
        _playwright = await Playwright.CreateAsync();
        return _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Headless = true,
            Args = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        });
    }
}
