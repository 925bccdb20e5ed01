using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Shop.Tests.Browser;

/// <summary>What keeps somebody out of a page.</summary>
public static class Axe
{
    /// <summary>The rules that depend on words, colours and width, and not only on the page's elements.</summary>
    private static readonly AxeRunOptions LooksOnly = new()
    {
        RunOnly = new()
        {
            Type = "rule",
            Values = ["button-name", "color-contrast", "document-title", "html-has-lang", "html-lang-valid", "image-alt", "label", "label-content-name-mismatch", "link-name", "scrollable-region-focusable", "target-size"],
        },
    };

    /// <summary>What axe finds in the open page at a width in CSS pixels, and whether the page is wider than that.</summary>
    /// <param name="whole">All rules, and not only those of <see cref="LooksOnly"/>.</param>
    public static async Task<List<string>> LookAsync(this IPage page, string picture, int width, ColorScheme scheme, bool whole)
    {
        await page.SetViewportSizeAsync(width, 900);
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        if (ShopBrowser.Pictures is { } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, picture + ".png"), FullPage = true });
        var found = await page.RunAxe(whole ? null : LooksOnly);
        var faults = found.Violations.Select(fault => $"{picture}: {fault.Id} at {string.Join(", ", fault.Nodes.Select(node => node.Html).Take(2))}").ToList();
        if (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
            faults.Add($"{picture}: wider than the screen");
        return faults;
    }
}
