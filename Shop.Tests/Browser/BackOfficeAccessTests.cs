using System.Net;
using Microsoft.Playwright;
using Shop.Tests.Distributed;

namespace Shop.Tests.Browser;

/// <summary>Who may open what in the back office, and that everybody who may can use it.</summary>
[Collection(ShopSystem.Collection)]
public sealed class BackOfficeAccessTests(ShopSystem shop, ShopBrowser browser)
{
    private static readonly string[] Roles = ["customer", "catalog-manager", "support", "admin"];

    /// <summary>Each page and each form's address, with those of the roles who may.</summary>
    private static readonly (string Method, string Address, string[] Who)[] Table =
    [
        ("GET", "/orders", ["support", "admin"]),
        ("GET", "/orders/999999", ["support", "admin"]),
        ("POST", "/orders/999999", ["support", "admin"]),
        ("GET", "/products", ["catalog-manager", "admin"]),
        ("POST", "/products", ["catalog-manager", "admin"]),
        ("GET", "/products/new", ["catalog-manager", "admin"]),
        ("POST", "/products/new", ["catalog-manager", "admin"]),
        ("GET", "/products/import", ["catalog-manager", "admin"]),
        ("POST", "/products/import", ["catalog-manager", "admin"]),
        ("GET", "/products/import/01a20000-0000-7000-8000-000000000001", ["catalog-manager", "admin"]),
        ("POST", "/products/import/file", ["catalog-manager", "admin"]),
        ("GET", "/products/export", ["catalog-manager", "admin"]),
        ("GET", "/products/01a20000-0000-7000-8000-000000000001", ["catalog-manager", "admin"]),
        ("POST", "/products/01a20000-0000-7000-8000-000000000001", ["catalog-manager", "admin"]),
        ("POST", "/products/01a20000-0000-7000-8000-000000000001/picture", ["catalog-manager", "admin"]),
        ("GET", "/payments", ["support", "admin"]),
        ("GET", "/payments/books", ["support", "admin"]),
        ("GET", "/payments/01a20000-0000-7000-8000-000000000001", ["support", "admin"]),
        ("GET", "/customers", ["admin"]),
        ("GET", "/customers/01a20000-0000-7000-8000-000000000001", ["admin"]),
        ("POST", "/customers/01a20000-0000-7000-8000-000000000001", ["admin"]),
        ("GET", "/roles", ["admin"]),
        ("POST", "/roles", ["admin"]),
        ("GET", "/messages", ["admin"]),
        ("POST", "/messages", ["admin"]),
        ("GET", "/audit", ["admin"]),
        ("GET", "/find", ["catalog-manager", "support", "admin"]),
        ("GET", "/today/events", ["support", "admin"]),
    ];

    [Fact, Trait("security", "24")]
    public async Task Each_page_and_form_is_open_to_those_who_may_and_closed_to_all_others()
    {
        var faults = new List<string>();
        foreach (var role in Roles)
        {
            var (email, _) = await BackOffice.StaffAsync(shop, role);
            var page = await browser.OpenBackOfficeAsync(shop, email, Customer.Password);
            foreach (var (method, address, who) in Table)
            {
                // Until the headers are there: one of them is a stream.
                var status = await page.EvaluateAsync<int>(
                    """
                    async ([method, address]) => {
                      const abort = new AbortController();
                      const form = new FormData();
                      form.append('a', 'b');
                      const answer = await fetch(address, { method, signal: abort.signal, redirect: 'manual', body: method === 'POST' ? form : undefined });
                      abort.abort();
                      return answer.status;
                    }
                    """, new[] { method, address });
                if (status is (int)HttpStatusCode.Forbidden == who.Contains(role))
                    faults.Add($"{role} gets {status} for {method} {address}");
            }
            var menu = await page.GetByRole(AriaRole.Navigation, new() { Name = "Back office" }).Locator("a").AllInnerTextsAsync();
            var expected = role switch
            {
                "admin" => "Today Orders Products Payments Customers Roles Messages Audit",
                "support" => "Today Orders Payments",
                "catalog-manager" => "Products",
                _ => "",
            };
            if (string.Join(' ', menu) != expected)
                faults.Add($"{role} sees the menu {string.Join(' ', menu)}");
            await page.Context.CloseAsync();
        }
        Assert.Empty(faults);
    }

    [Fact, Trait("security", "24")]
    public async Task A_stranger_is_led_to_the_sign_in_and_another_sites_form_is_refused()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = shop.App.GetEndpoint("admin", "http") };
        foreach (var (method, address, _) in Table)
        {
            using var request = new HttpRequestMessage(new(method), address) { Content = method == "POST" ? new MultipartFormDataContent { { new StringContent("b"), "a" } } : null };
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.True(
                // A stream cannot be led to the sign-in.
                answer.StatusCode is HttpStatusCode.Unauthorized || answer.StatusCode is HttpStatusCode.Found && answer.Headers.Location!.ToString().Contains("/sign-in?", StringComparison.Ordinal),
                $"A stranger gets {(int)answer.StatusCode} for {method} {address}");
        }
        var page = await browser.OpenBackOfficeAsync(shop);
        var cookies = string.Join("; ", (await page.Context.CookiesAsync()).Select(cookie => $"{cookie.Name}={cookie.Value}"));
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/roles") { Content = new FormUrlEncodedContent([new("_handler", "new"), new("name", "intruder")]) };
        foreign.Headers.Add("Cookie", cookies);
        foreign.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var refused = await http.SendAsync(foreign, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    /// <summary>Between them: phone and desk, light and dark.</summary>
    [Fact]
    public async Task No_page_of_the_back_office_keeps_anybody_out()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        using var customer = await Customer.RegisterAsync(shop);
        var product = await admin.CreateProductAsync(stock: 3);
        var order = await customer.PlaceAsync(product);
        await customer.OrderWhenAsync(order, "paid");
        var who = (await Customer.GetAsync(customer.Auth, "/me")).GetProperty("id").GetGuid();
        var page = await browser.OpenBackOfficeAsync(shop);
        var faults = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error")
                faults.Add($"{page.Url}: {message.Text}");
        };
        foreach (var (name, address) in ((string, string)[])[("today", "/"), ("orders", "/orders"), ("order", $"/orders/{order}"), ("products", "/products"), ("product", $"/products/{product}"),
            ("new-product", "/products/new"), ("import", "/products/import"), ("payments", "/payments"), ("payment", $"/payments/{order}"), ("books", "/payments/books"), ("customers", "/customers"), ("customer", $"/customers/{who}"),
            ("roles", "/roles"), ("messages", "/messages"), ("audit", "/audit"), ("find", "/find?q=a")])
        {
            await page.GotoAsync(address);
            foreach (var (width, scheme) in ((int, ColorScheme)[])[(1280, ColorScheme.Light), (320, ColorScheme.Dark)])
                faults.AddRange(await page.LookAsync($"office-{name}-{width}", width, scheme, whole: width == 1280));
        }
        Assert.Empty(faults);
    }
}
