using System.Net;
using System.Net.Http.Json;
using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Browser;

/// <summary>Staff works in the back office of the running system.</summary>
[Collection(ShopSystem.Collection)]
public sealed class BackOfficeTests(ShopSystem shop, ShopBrowser browser) : IAsyncLifetime
{
    private Customer _admin = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);

    public ValueTask DisposeAsync()
    {
        _admin.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_order_is_found_shipped_noted_and_refunded_in_parts_and_its_timeline_says_who_did_what()
    {
        var (number, _) = await PaidAsync(price: 20m);
        await _admin.CreateProductAsync(stock: 1, price: 1m, name: $"Model {number}");
        var page = await browser.OpenBackOfficeAsync(shop);
        await page.WaitForLoadStateAsync();
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync($"{number}");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = $"Order {number}" })).ToBeVisibleAsync();

        await page.GetByLabel("Tracking number").FillAsync("JD0001");
        await page.GetByRole(AriaRole.Button, new() { Name = "Mark as shipped" }).ClickAsync();
        await page.ExpectSaidAsync("marked as shipped");
        await page.GetByLabel("Note").FillAsync("Rang twice");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the note" }).ClickAsync();
        await page.ExpectSaidAsync("note was added");
        await page.GetByLabel("Amount").FillAsync("5.00");
        await page.GetByLabel("Reason").FillAsync("A scratch");
        await page.GetByRole(AriaRole.Button, new() { Name = "Refund" }).ClickAsync();
        await page.ExpectSaidAsync("on its way back");
        await page.GetByLabel("Amount").FillAsync("100.00");
        await page.GetByRole(AriaRole.Button, new() { Name = "Refund" }).ClickAsync();
        await page.ExpectSaidAsync("can be given back");
        Assert.Equal("100.00", await page.GetByLabel("Amount").InputValueAsync());

        await page.GetByRole(AriaRole.Link, new() { Name = "All orders of this customer" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        var email = await page.Locator("tbody bdi").InnerTextAsync();
        await page.GotoAsync($"/orders?q={email}&status=paid&from=2020-01-01&to=2100-01-01&minTotal=20&maxTotal=20.00");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = $"{number}" })).ToBeVisibleAsync();

        var timeline = page.Locator("ol.timeline");
        foreach (var line in (string[])["Placed", "Gateway asked to charge €20.00", "Shipped", "Rang twice", "order.ship by admin@shop.test", "Refunded in part", "Gateway asked to refund €5.00"])
        {
            await Eventually.TrueAsync(async () =>
            {
                await page.GotoAsync($"/orders/{number}");
                return (await timeline.InnerTextAsync()).Contains(line, StringComparison.Ordinal);
            }, $"the timeline says: {line}");
        }
    }

    [Fact]
    public async Task A_product_is_put_on_sale_stocked_archived_and_brought_back()
    {
        var name = $"Jug {Guid.NewGuid():N}";
        var page = await browser.OpenBackOfficeAsync(shop);
        await page.GotoAsync("/products/new");
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Price in EUR").FillAsync("12.50");
        await page.GetByLabel("Stock").FillAsync("3");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.ExpectSaidAsync("The product is on sale.");

        await page.GetByLabel("Add, or with a minus take away").FillAsync("-1");
        await page.GetByLabel("Reason").FillAsync("Broken");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change the stock" }).ClickAsync();
        await page.ExpectSaidAsync("The stock is changed.");
        await Expect(page.Locator("ol.timeline")).ToContainTextAsync("Broken");
        await page.Locator("#picture").SetInputFilesAsync(new FilePayload { Name = "jug.svg", MimeType = "image/svg+xml", Buffer = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>"""u8.ToArray() });
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();
        await page.ExpectSaidAsync("The picture is saved.");

        await page.GetByRole(AriaRole.Button, new() { Name = "Archive it" }).ClickAsync();
        await page.ExpectSaidAsync("The product is archived.");
        await page.GotoAsync($"/products?show=archived&q={name}");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = name }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Change them" }).ClickAsync();
        await page.ExpectSaidAsync("1 of 1 products were changed.");
        await page.GotoAsync($"/products?q={name}");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = name })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task When_somebody_else_saved_in_between_both_versions_are_shown_and_nothing_is_lost()
    {
        var product = await _admin.CreateProductAsync(stock: 5, price: 10m);
        var page = await browser.OpenBackOfficeAsync(shop);
        await page.GotoAsync($"/products/{product}");
        var before = await Customer.GetAsync(_admin.Product, $"/products/{product}");
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/products/{product}")
        {
            Content = JsonContent.Create(new { name = "Theirs", category = before.GetProperty("category").GetString(), price = new { amount = 11, currency = "EUR" }, description = "" }),
            Headers = { { "If-Match", "*" } },
        };
        using var theirs = await _admin.Product.SendAsync(request, Cancel);
        Assert.True(theirs.IsSuccessStatusCode);

        await page.GetByLabel("Name").FillAsync("Mine");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();

        var both = page.GetByRole(AriaRole.Region, new() { Name = "Both versions, table" });
        await Expect(both).ToContainTextAsync("Theirs");
        await Expect(both).ToContainTextAsync("Mine");
        Assert.Equal("Mine", await page.GetByLabel("Name").InputValueAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Save mine over theirs" }).ClickAsync();
        await page.ExpectSaidAsync("The product is saved.");
        Assert.Equal("Mine", (await Customer.GetAsync(_admin.Product, $"/products/{product}")).GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_bulk_that_is_half_done_lists_what_failed_and_tries_only_that_again()
    {
        var word = $"bulk{Guid.NewGuid():N}";
        foreach (var price in (decimal[])[10m, 90_000m])
        {
            using var created = await _admin.Product.PostAsJsonAsync("/products", new { name = $"{word} {price}", category = "kitchen", price = new { amount = price, currency = "EUR" }, stock = 1 }, Cancel);
            Assert.True(created.IsSuccessStatusCode);
        }
        var page = await browser.OpenBackOfficeAsync(shop);
        await page.GotoAsync($"/products?q={word}&sort=price");
        await page.Locator("[data-all]").CheckAsync();
        await page.GetByLabel("Percent").FillAsync("50");

        await page.GetByRole(AriaRole.Button, new() { Name = "Change them" }).ClickAsync();

        await page.ExpectSaidAsync("1 of 2 products were changed.");
        await Expect(page.Locator(".wishes")).ToContainTextAsync("90000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try these again" }).ClickAsync();
        await page.ExpectSaidAsync("0 of 1 products were changed.");
    }

    [Fact]
    public async Task A_customer_is_seen_signed_in_and_signed_out_there()
    {
        using var customer = await Customer.RegisterAsync(shop);
        var who = (await Customer.GetAsync(customer.Auth, "/me")).GetProperty("id").GetGuid();
        var page = await browser.OpenBackOfficeAsync(shop);
        await page.GotoAsync($"/customers/{who}");
        await page.GetByRole(AriaRole.Button, new() { Name = "End the session" }).ClickAsync();

        await page.ExpectSaidAsync("The session is ended.");
        await Expect(page.GetByText("Signed in nowhere.")).ToBeVisibleAsync();
        using var refused = await customer.Auth.GetAsync("/me", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task A_form_that_is_sent_when_the_session_is_over_keeps_what_was_typed_and_is_sent_again_by_its_writer()
    {
        var (number, id) = await PaidAsync(price: 10m);
        var (email, staff) = await BackOffice.StaffAsync(shop, "admin");
        var page = await browser.OpenBackOfficeAsync(shop, email, Customer.Password);
        await page.GotoAsync($"/orders/{number}");
        await page.GetByLabel("Note").FillAsync("Typed for a long time");
        using var ended = await _admin.Auth.DeleteAsync($"/users/{staff}/sessions", Cancel);
        Assert.True(ended.IsSuccessStatusCode);

        await page.GetByRole(AriaRole.Button, new() { Name = "Add the note" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your session is over" })).ToBeVisibleAsync();
        var tab = await page.Context.RunAndWaitForPageAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Sign in, in another tab" }).ClickAsync());
        await tab.SignInAsync(email);
        await Expect(tab.Locator("form[action='/sign-out']").First).ToBeVisibleAsync();
        Assert.False((await Customer.GetAsync(_admin.Product, $"/orders/{id}")).GetProperty("notes").EnumerateArray().Any());
        await page.GetByRole(AriaRole.Button, new() { Name = "Send it again" }).ClickAsync();
        await page.ExpectSaidAsync("note was added");
        Assert.Single((await Customer.GetAsync(_admin.Product, $"/orders/{id}")).GetProperty("notes").EnumerateArray());
    }

    [Fact]
    public async Task Somebody_who_is_demoted_loses_the_next_click()
    {
        var (email, id) = await BackOffice.StaffAsync(shop, "support");
        var page = await browser.OpenBackOfficeAsync(shop, email, Customer.Password);
        await page.GotoAsync("/orders");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Orders" })).ToBeVisibleAsync();

        await BackOffice.SetRolesAsync(_admin, id, "customer");

        await page.GetByRole(AriaRole.Link, new() { Name = "Payments" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This is not for you" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task While_Payment_is_down_an_order_is_shown_without_what_Payment_knows()
    {
        var (number, _) = await PaidAsync(price: 10m);
        var page = await browser.OpenBackOfficeAsync(shop);
        await shop.CommandAsync("payment", "resource-stop");
        try
        {
            await page.GotoAsync($"/orders/{number}");
            await page.ExpectSaidAsync("Payment cannot be reached");
            await Expect(page.Locator("ol.timeline")).ToContainTextAsync("Placed");
            await page.GotoAsync("/payments");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Back in a moment" })).ToBeVisibleAsync();
        }
        finally
        {
            await shop.CommandAsync("payment", "resource-start");
            await shop.Notifications.WaitForResourceHealthyAsync("payment", Cancel);
        }
    }

    [Fact]
    public async Task Todays_figures_follow_the_orders_without_a_reload()
    {
        await PaidAsync(price: 10m);
        var page = await browser.OpenBackOfficeAsync(shop);
        var orders = page.Locator(".figures .badge");
        await Expect(orders).Not.ToHaveTextAsync("0");
        var before = await orders.InnerTextAsync();

        await PaidAsync(price: 10m);

        await Expect(orders).Not.ToHaveTextAsync(before, new() { Timeout = 20_000 });
    }

    [Fact]
    public async Task A_message_that_a_colleague_has_dealt_with_is_no_error_for_the_other()
    {
        var page = await browser.OpenBackOfficeAsync(shop);
        var connection = (await shop.App.GetConnectionStringAsync("productdb", Cancel))!;
        await using var database = Npgsql.NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using var letter = database.CreateCommand("""
            INSERT INTO dead_letters (id, queue, message_key, type, reason, headers, properties, body, died_at, deaths, death_ids)
            VALUES (gen_random_uuid(), 'product.payments', gen_random_uuid(), 'unheard.of.v1', 'Nobody handles it.', '{}', '\x00', '\x7b7d', now(), 1, '{}')
            """);
        await letter.ExecuteNonQueryAsync(Cancel);
        await page.GotoAsync("/messages");
        var colleague = await page.Context.NewPageAsync();
        await colleague.GotoAsync("/messages");
        foreach (var (tab, said) in ((IPage, string)[])[(page, "1 message is dealt with."), (colleague, "somebody else")])
        {
            await tab.GetByRole(AriaRole.Checkbox).First.CheckAsync();
            await tab.GetByRole(AriaRole.Button, new() { Name = "Forget them" }).ClickAsync();
            await tab.ExpectSaidAsync(said);
        }
    }

    /// <summary>The number and the id of a new order that is paid.</summary>
    private async Task<(long Number, Guid Id)> PaidAsync(decimal price)
    {
        using var customer = await Customer.RegisterAsync(shop);
        var id = await customer.PlaceAsync(await _admin.CreateProductAsync(stock: 1, price));
        return ((await customer.OrderWhenAsync(id, "paid")).GetProperty("number").GetInt64(), id);
    }
}
