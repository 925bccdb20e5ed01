using System.Text;
using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Browser;

/// <summary>Staff imports a file of products through the browser.</summary>
[Collection(ShopSystem.Collection)]
public sealed class BackOfficeImportTests(ShopSystem shop, ShopBrowser browser)
{
    [Fact]
    public async Task A_file_is_imported_with_its_bad_lines_named_with_and_without_a_script()
    {
        foreach (var script in (bool[])[true, false])
        {
            var word = $"import{Guid.NewGuid():N}";
            var file = new FilePayload { Name = "products.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes($"name,category,price\n{word} one,kitchen,5\n{word} two,nowhere,5\n") };
            var page = await browser.OpenBackOfficeAsync(shop);
            if (!script)
            {
                var state = await page.Context.StorageStateAsync();
                page = await browser.OpenAsync(shop, options => (options.StorageState, options.JavaScriptEnabled, options.BaseURL) = (state, false, shop.App.GetEndpoint("admin", "http").GetLeftPart(UriPartial.Authority)));
            }
            await page.GotoAsync("/products/import");
            await page.Locator("#file").SetInputFilesAsync(file);
            await page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();

            await Expect(page.Locator("main")).ToContainTextAsync("1 products imported, 1 lines not.");
            await Expect(page.Locator(".wishes li")).ToContainTextAsync("Line 3");
        }
    }

    [Fact]
    public async Task An_import_that_breaks_off_in_the_middle_says_where_and_goes_on_with_nothing_there_twice()
    {
        const int Lines = 20_000;
        var word = $"import{Guid.NewGuid():N}";
        var csv = "name,category,price\n" + string.Concat(Enumerable.Range(0, Lines).Select(line => $"{word} {line},kitchen,5\n"));
        var page = await browser.OpenBackOfficeAsync(shop);
        await page.GotoAsync("/products/import");
        await page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "products.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(csv) });
        await page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await Eventually.TrueAsync(async () => await StoredAsync() > 0, "the first lines are stored");
        await shop.KillAsync("product");
        var result = page.Locator("form[data-import] .result");
        await Expect(result).ToContainTextAsync("stored up to line ", new() { Timeout = 60_000 });
        var stored = await StoredAsync();
        Assert.InRange(stored, 1000, Lines - 1);
        await Expect(result).ToContainTextAsync($"stored up to line {stored + 1}.");

        await page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await Expect(result).ToContainTextAsync($"{Lines} products imported, 0 lines not.", new() { Timeout = 30_000 });
        Assert.Equal(Lines, await StoredAsync());

        Task<long> StoredAsync() => shop.QueryAsync<long>("productdb", "SELECT count(*) FROM products WHERE name LIKE $1", $"{word}%");
    }
}
