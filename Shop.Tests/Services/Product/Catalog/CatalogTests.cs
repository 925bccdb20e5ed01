using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Shop.Tests.Services.Product.Catalog;

public sealed class CatalogTests(ProductService shop) : IClassFixture<ProductService>
{
    [Fact]
    public async Task A_fresh_store_has_products_with_pictures_in_every_category()
    {
        var categories = (await shop.GetAsync("/categories")).GetProperty("items").EnumerateArray().ToList();
        var products = await shop.AllAsync("/products?q=garden", 20);

        Assert.True(categories.Count >= 6);
        Assert.All(categories, category => Assert.True(category.GetProperty("count").GetInt32() > 0));
        var picture = await shop.SendAsync(HttpMethod.Get, products[0].GetProperty("imageUrl").GetString()!);
        Assert.Equal("image/svg+xml", picture.Content.Headers.ContentType?.MediaType);
        Assert.Equal("public, max-age=31536000, immutable", picture.Headers.CacheControl?.ToString());
        var again = await shop.SendAsync(
            HttpMethod.Get, products[0].GetProperty("imageUrl").GetString()!, headers: ("If-None-Match", picture.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Theory]
    [InlineData("newest")]
    [InlineData("name")]
    [InlineData("price")]
    [InlineData("-price")]
    public async Task Pages_of_every_order_have_no_gap_and_nothing_twice(string sort)
    {
        // Names and prices that repeat, so that the id has to break the tie.
        var word = $"tie{Guid.NewGuid():N}";
        for (var i = 0; i < 11; i++)
            await shop.CreateAsync(price: 1 + i % 3, name: $"{word} {i % 2}");

        var all = (await shop.AllAsync($"/products?q={word}&sort={sort}", 100)).Select(Row).ToList();

        Assert.Equal(11, all.DistinctBy(row => row.Id).Count());
        foreach (var limit in (int[])[1, 2, 3, 11])
            Assert.Equal(all, (await shop.AllAsync($"/products?q={word}&sort={sort}", limit)).Select(Row));
        var keys = all.Select(row => sort switch { "name" => row.Name, "newest" => "", _ => row.Price.ToString("0000.00", null) }).ToList();
        Assert.Equal(sort == "-price" ? keys.OrderDescending(StringComparer.Ordinal) : keys.Order(StringComparer.Ordinal), keys);

        static (Guid Id, string Name, decimal Price) Row(JsonElement product) => (
            product.GetProperty("id").GetGuid(), product.GetProperty("name").GetString()!,
            product.GetProperty("price").GetProperty("amount").GetDecimal());
    }

    [Fact]
    public async Task A_cursor_belongs_to_its_order()
    {
        var next = (await shop.GetAsync("/products?sort=name&limit=1")).GetProperty("next").GetString();

        await HttpAssert.ProblemAsync(
            await shop.SendAsync(HttpMethod.Get, $"/products?sort=price&after={next}"), HttpStatusCode.BadRequest, "bad-cursor");
    }

    [Fact]
    public async Task Products_are_found_by_words_price_category_and_stock()
    {
        var word = $"find{Guid.NewGuid():N}";
        await shop.CreateAsync(stock: 0, price: 5m, name: $"Red {word}", category: "kitchen");
        await shop.CreateAsync(stock: 1, price: 7.50m, name: $"Blue {word}", category: "desk");

        Assert.Equal(2, await CountAsync($"q={word}"));
        Assert.Equal(2, await CountAsync($"q={word[..20].ToUpperInvariant()}"));
        Assert.Equal(1, await CountAsync($"q=red {word}"));
        Assert.Equal(0, await CountAsync($"q=green {word}"));
        Assert.Equal(2, await CountAsync($"q=%26|!():*' {word}"));
        Assert.Equal(0, await CountAsync("q=%26 | ! ' ()"));
        Assert.Equal(1, await CountAsync($"q={word}&category=desk"));
        Assert.Equal(0, await CountAsync($"q={word}&category=none"));
        Assert.Equal(1, await CountAsync($"q={word}&inStock=true"));
        Assert.Equal(1, await CountAsync($"q={word}&inStock=false"));
        Assert.Equal(1, await CountAsync($"q={word}&minPrice=5.01"));
        Assert.Equal(2, await CountAsync($"q={word}&minPrice=5&maxPrice=7.50"));
    }

    [Fact]
    public async Task The_tag_of_a_product_changes_with_everything_that_is_shown()
    {
        var product = await shop.CreateAsync(stock: 2);
        var path = $"/products/{product.GetProperty("id").GetGuid()}";
        var tag = await TagAsync(path);

        Assert.Equal(HttpStatusCode.NotModified, (await shop.SendAsync(HttpMethod.Get, path, headers: ("If-None-Match", tag))).StatusCode);
        await shop.PlaceAsync(Guid.NewGuid(), (product.GetProperty("id").GetGuid(), 1));
        Assert.Equal(HttpStatusCode.OK, (await shop.SendAsync(HttpMethod.Get, path, headers: ("If-None-Match", tag))).StatusCode);
        Assert.Equal("\"1-1\"", await TagAsync(path));
    }

    [Fact]
    public async Task A_change_needs_to_know_what_it_changes()
    {
        var path = $"/products/{(await shop.CreateAsync()).GetProperty("id").GetGuid()}";
        var tag = await TagAsync(path);

        await HttpAssert.ProblemAsync(
            await shop.StaffAsync(HttpMethod.Put, path, ProductService.Body()), HttpStatusCode.PreconditionRequired, "precondition-required");
        var changed = await HttpAssert.JsonAsync(
            await shop.StaffAsync(HttpMethod.Put, path, ProductService.Body(stock: 7, price: 12m), tag), HttpStatusCode.OK);
        Assert.Equal((2, 7, 12m), (
            changed.GetProperty("version").GetInt32(), changed.GetProperty("stock").GetInt32(),
            changed.GetProperty("price").GetProperty("amount").GetDecimal()));
        await HttpAssert.ProblemAsync(
            await shop.StaffAsync(HttpMethod.Put, path, ProductService.Body(), tag), HttpStatusCode.PreconditionFailed, "precondition-failed");
    }

    [Fact]
    public async Task Of_two_changes_at_once_one_wins()
    {
        var path = $"/products/{(await shop.CreateAsync()).GetProperty("id").GetGuid()}";
        var tag = await TagAsync(path);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.StaffAsync(HttpMethod.Put, path, ProductService.Body(), tag)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task A_change_without_stock_bears_that_pieces_were_sold_meanwhile()
    {
        var id = (await shop.CreateAsync(stock: 10)).GetProperty("id").GetGuid();
        var tag = await TagAsync($"/products/{id}");
        await shop.PlaceAsync(Guid.NewGuid(), (id, 1));

        await HttpAssert.ProblemAsync(
            await shop.StaffAsync(HttpMethod.Put, $"/products/{id}", ProductService.Body(stock: 10), tag),
            HttpStatusCode.PreconditionFailed, "precondition-failed");
        await HttpAssert.JsonAsync(
            await shop.StaffAsync(HttpMethod.Put, $"/products/{id}", ProductService.Body(stock: null), tag), HttpStatusCode.OK);
        Assert.Equal(9, await shop.StockAsync(id));
    }

    [Fact]
    public async Task An_archived_product_is_gone_but_old_orders_keep_it()
    {
        var (customer, product) = (Guid.NewGuid(), await shop.CreateAsync());
        var (id, name) = (product.GetProperty("id").GetGuid(), product.GetProperty("name").GetString());
        var order = await shop.PlaceAsync(customer, (id, 1));

        Assert.Equal(HttpStatusCode.NoContent, (await shop.StaffAsync(HttpMethod.Delete, $"/products/{id}")).StatusCode);

        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Get, $"/products/{id}"), HttpStatusCode.NotFound, "not-found");
        await HttpAssert.ProblemAsync(await shop.StaffAsync(HttpMethod.Delete, $"/products/{id}"), HttpStatusCode.NotFound, "not-found");
        Assert.Equal(0, await CountAsync($"q={name}"));
        var kept = await shop.GetAsync($"/orders/{order.GetProperty("id").GetGuid()}", shop.Token(customer));
        Assert.Equal(name, kept.GetProperty("items")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Products_of_one_name_get_slugs_of_their_own()
    {
        var name = $"Twin {Guid.NewGuid():N}";

        var slugs = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ => (await shop.CreateAsync(name: name)).GetProperty("slug").GetString()));

        Assert.Equal(5, slugs.Distinct().Count());
        Assert.All(slugs, slug => Assert.StartsWith("twin-", slug, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_stock_never_goes_below_zero()
    {
        var id = (await shop.CreateAsync(stock: 3)).GetProperty("id").GetGuid();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.StaffAsync(HttpMethod.Post, $"/products/{id}/stock", new { change = -1 })));

        Assert.Equal(3, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(0, await shop.StockAsync(id));
    }

    [Fact]
    public async Task A_new_picture_has_a_new_address()
    {
        var id = (await shop.CreateAsync()).GetProperty("id").GetGuid();
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3];

        Assert.Equal(HttpStatusCode.NoContent, (await PutImageAsync(id, png, "image/png")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await PutImageAsync(id, png, "image/png")).StatusCode);

        var url = (await shop.GetAsync($"/products/{id}")).GetProperty("imageUrl").GetString()!;
        Assert.EndsWith("v=2", url, StringComparison.Ordinal);
        var picture = await shop.SendAsync(HttpMethod.Get, url);
        Assert.Equal(png, await picture.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        await HttpAssert.ProblemAsync(await PutImageAsync(id, "nothing"u8.ToArray(), "image/png"), HttpStatusCode.BadRequest, "bad-image");
        await HttpAssert.ProblemAsync(await PutImageAsync(Guid.NewGuid(), png, "image/png"), HttpStatusCode.NotFound, "not-found");
    }

    private Task<HttpResponseMessage> PutImageAsync(Guid id, byte[] bytes, string type) => shop.SendAsync(
        HttpMethod.Put, $"/products/{id}/image", shop.Token(Guid.NewGuid(), Shop.ServiceDefaults.Access.Permissions.CatalogWrite),
        new ByteArrayContent(bytes) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } });

    private async Task<string> TagAsync(string path) => (await shop.SendAsync(HttpMethod.Get, path, shop.Token(Guid.NewGuid()))).Headers.ETag!.ToString();

    private async Task<int> CountAsync(string query) => (await shop.GetAsync($"/products?limit=100&{query}")).GetProperty("items").GetArrayLength();
}
