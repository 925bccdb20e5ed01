using System.Net;
using System.Text;
using Shop.Product.Catalog;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Lists;

namespace Shop.Tests.Services.Product;

public sealed class HostileInputTests(ProductService shop) : IClassFixture<ProductService>
{
    private static readonly string[] Values =
    [
        "null", "1", "-1", "1e400", "99999999999999999999", "1.5", "true", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "[]", "[null]", "{}", "[[]]",
        "{\"amount\":1e27,\"currency\":\"EUR\"}", "{\"amount\":1,\"currency\":null}", "{\"amount\":\"1\",\"currency\":\"EUR\"}", "{\"amount\":0.001,\"currency\":\"EUR\"}",
        "[{\"productId\":\"x\",\"quantity\":1}]", "[{\"quantity\":1}]", "[{\"productId\":\"01a20000-0000-7000-8000-000000000001\",\"quantity\":2147483648}]",
        "\"'; drop table orders; --\"", "\"" + "\\u00e9\\ud83d\\ude00" + "\"",
    ];

    [Fact, Trait("security", "39")]
    public async Task A_body_never_gets_a_5xx()
    {
        string[] order = ["items", "paymentToken"];
        string[] product = ["name", "description", "category", "price", "stock"];
        var bodies = Values.Concat(["", "{", "{\"items\":", new string('[', 100), "{\"items\":[],\"items\":[]}"]).ToList();
        foreach (var value in Values)
        {
            bodies.AddRange(order.Select(field => Object(order, field, value)));
            bodies.AddRange(product.Select(field => Object(product, field, value)));
        }

        var staff = shop.Token(Guid.NewGuid(), Permissions.CatalogWrite);
        foreach (var body in bodies)
        {
            foreach (var (method, path) in ((HttpMethod, string)[])[
                (HttpMethod.Post, "/orders"), (HttpMethod.Post, "/products"), (HttpMethod.Post, $"/products/{Guid.Empty}/stock"), (HttpMethod.Put, $"/products/{Guid.Empty}")])
            {
                var answer = await shop.SendAsync(
                    method, path, staff, new StringContent(body, Encoding.UTF8, "application/json"), ("Idempotency-Key", "key"), ("If-Match", "\"1-1\""));
                Assert.True((int)answer.StatusCode is 201 or (>= 400 and < 500), $"{(int)answer.StatusCode} for {method} {path} {body}");
            }
        }
    }

    [Theory]
    [InlineData("minPrice=x")]
    [InlineData("minPrice=-1")]
    [InlineData("maxPrice=1e9999")]
    [InlineData("minPrice=2&maxPrice=1")]
    [InlineData("sort=stock")]
    [InlineData("inStock=perhaps")]
    [InlineData("limit=x")]
    [InlineData("limit=99999999999")]
    [InlineData("after=%00")]
    [InlineData("after=e30")]
    [InlineData("after=bnVsbA")]
    [InlineData("q=%00")]
    [InlineData("category=%00")]
    public async Task A_bad_query_is_a_400(string query)
    {
        var answer = await shop.SendAsync(HttpMethod.Get, "/products?" + query);

        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public Task A_forged_cursor_is_a_400() =>
        A_bad_query_is_a_400($"sort=name&after={Cursor.Encode(new ProductCursor("name", Guid.Empty, Name: "\0"))}");

    [Theory]
    [InlineData("GET", "/products/nonsense", HttpStatusCode.NotFound)]
    [InlineData("GET", "/products/00000000-0000-0000-0000-000000000000/image", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/products", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/products", HttpStatusCode.Unauthorized)]
    [InlineData("PUT", "/products/00000000-0000-0000-0000-000000000000", HttpStatusCode.Unauthorized)]
    [InlineData("DELETE", "/products/00000000-0000-0000-0000-000000000000", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/orders", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/orders/00000000-0000-0000-0000-000000000000", HttpStatusCode.Unauthorized)]
    public async Task What_a_stranger_cannot_do_is_a_problem(string method, string path, HttpStatusCode status)
    {
        var answer = await shop.SendAsync(new HttpMethod(method), path);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact, Trait("security", "24")]
    public async Task A_customer_cannot_change_the_catalog()
    {
        var customer = shop.Token(Guid.NewGuid());
        foreach (var (method, path) in ((HttpMethod, string)[])[
            (HttpMethod.Post, "/products"), (HttpMethod.Put, $"/products/{Guid.Empty}"), (HttpMethod.Delete, $"/products/{Guid.Empty}"),
            (HttpMethod.Post, $"/products/{Guid.Empty}/stock"), (HttpMethod.Put, $"/products/{Guid.Empty}/image")])
        {
            await HttpAssert.ProblemAsync(await shop.SendAsync(method, path, customer), HttpStatusCode.Forbidden, "forbidden");
        }
    }

    private static string Object(string[] fields, string field, string value) =>
        $"{{{string.Join(',', fields.Select(name => $"\"{name}\":{(name == field ? value : Good(name))}"))}}}";

    private static string Good(string field) => field switch
    {
        "items" => "[{\"productId\":\"01a20000-0000-7000-8000-000000000001\",\"quantity\":1}]",
        "price" => "{\"amount\":1,\"currency\":\"EUR\"}",
        "stock" => "1",
        "category" => "\"kitchen\"",
        _ => "\"tok_visa\"",
    };
}
