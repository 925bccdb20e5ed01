using System.Net;
using System.Text.Json;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product.Catalog;

public sealed class ProductListTests(ProductService shop) : IClassFixture<ProductService>
{
    [Fact]
    public async Task Names_sort_as_people_read_them_on_pages_of_any_size()
    {
        var word = $"tie{Guid.NewGuid():N}";
        string[] sorted = ["Apple", "apple pie", "\u00C9clair", "eclairs", "Zz", "zz apple", "\u00C4rger", "zebra"];
        foreach (var name in sorted)
            await shop.CreateAsync(name: $"{name} {word}");
        string[] expected = ["Apple", "apple pie", "\u00C4rger", "\u00C9clair", "eclairs", "zebra", "zz apple", "Zz"];

        foreach (var limit in (int[])[1, 3, 100])
            Assert.Equal(
                expected.Select(name => $"{name} {word}").Order(StringComparer.InvariantCulture),
                (await shop.AllAsync($"/products?q={word}&sort=name", limit)).Select(Name));
    }

    [Fact]
    public async Task The_server_takes_every_cursor_that_it_gives_out()
    {
        var word = $"long{Guid.NewGuid():N}";
        foreach (var letter in (string[])["\u0416", "\u706F", "\U0001F36D", "\"", "+", "&", "\u00E9", "\\"])
            await shop.CreateAsync(name: $"{word} {string.Concat(Enumerable.Repeat(letter, (200 - word.Length - 1) / letter.Length))}");
        // Nobody can make such a name any more, but somebody may have.
        await shop.QueryAsync<string>("UPDATE products SET name = $1 WHERE id = (SELECT id FROM products WHERE name LIKE $2 LIMIT 1) RETURNING name",
            $"{word} {new string('\u0001', 150)}", $"{word} +%");

        foreach (var sort in (string[])["name", "relevance", "newest", "price", "-price"])
            Assert.Equal(8, (await shop.AllAsync($"/products?q={word}&sort={sort}", 1)).Count);
    }

    [Fact]
    public async Task Products_come_in_the_order_in_which_they_are_asked_for()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 25; i++)
            ids.Add((await shop.CreateAsync()).GetProperty("id").GetGuid());
        Random.Shared.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids));
        var list = string.Join(',', ids);

        Assert.Equal(ids, (await shop.GetAsync($"/products?ids={list}")).GetProperty("items").EnumerateArray().Select(Id));
        Assert.Equal(ids, (await shop.AllAsync($"/products?ids={list},{Guid.NewGuid()},{ids[0]}", 4)).Select(Id));
        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Get, "/products?ids=nonsense"), HttpStatusCode.BadRequest, "validation");
        await HttpAssert.ProblemAsync(
            await shop.SendAsync(HttpMethod.Get, "/products?ids=" + string.Join(',', Enumerable.Range(0, 101).Select(_ => Guid.NewGuid()))), HttpStatusCode.BadRequest, "validation");
    }

    [Fact]
    public async Task A_list_says_how_long_it_is_up_to_a_thousand()
    {
        var word = $"many{Guid.NewGuid():N}";
        await shop.CreateAsync(name: word);
        await shop.CreateAsync(name: word);

        Assert.Equal(2, (await shop.GetAsync($"/products?q={word}&limit=1")).GetProperty("total").GetInt32());
        Assert.Equal(0, (await shop.GetAsync($"/products?q={word}&maxPrice=1")).GetProperty("total").GetInt32());
        await AddAsync(word, 999);
        Assert.Equal(JsonValueKind.Null, (await shop.GetAsync($"/products?q={word}&limit=1")).GetProperty("total").ValueKind);
        Assert.Equal(JsonValueKind.Null, (await shop.GetAsync("/products?limit=1")).GetProperty("total").ValueKind);

        // So many that the best match cannot be told: the newest come first, on every page, and none is left out.
        await AddAsync(word, 1200);
        var all = await shop.AllAsync($"/products?q={word}", 100);
        Assert.Equal(2201, all.Select(Id).Distinct().Count());
        Assert.Equal(2201, (await shop.AllAsync($"/products?q={word}&sort=name", 100)).Select(Id).Distinct().Count());
    }

    [Fact]
    public async Task Staff_sees_stocks_and_what_is_archived_and_others_do_not()
    {
        var word = $"gone{Guid.NewGuid():N}";
        var sold = (await shop.CreateAsync(stock: 7, name: $"{word} sold")).GetProperty("id").GetGuid();
        var archived = (await shop.CreateAsync(name: $"{word} archived")).GetProperty("id").GetGuid();
        await shop.StaffAsync(HttpMethod.Delete, $"/products/{archived}");
        var staff = shop.Token(Guid.NewGuid(), Permissions.CatalogWrite);

        var item = Assert.Single((await shop.GetAsync($"/products?q={word}", staff)).GetProperty("items").EnumerateArray());
        Assert.Equal((sold, 7), (Id(item), item.GetProperty("stock").GetInt32()));
        Assert.Equal(archived, Id(Assert.Single((await shop.GetAsync($"/products?q={word}&archived=true", staff)).GetProperty("items").EnumerateArray())));
        Assert.False(Assert.Single((await shop.GetAsync($"/products?q={word}", shop.Token(Guid.NewGuid()))).GetProperty("items").EnumerateArray()).TryGetProperty("stock", out _));
        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Get, "/products?archived=true"), HttpStatusCode.Unauthorized, "unauthorized");
        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Get, "/products?archived=true", shop.Token(Guid.NewGuid())), HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Names_are_normalised_before_they_are_stored()
    {
        var made = await shop.CreateAsync(name: "  Cre\u0300me \u202Ecup\u200B\u00A0");

        Assert.Equal("Cr\u00E8me cup", Name(made));
        foreach (var name in (string[])["\u200B", " \u2066\u2069 ", "a\u0007b", "a\nb", "\u3164"])
            await HttpAssert.ProblemAsync(await shop.StaffAsync(HttpMethod.Post, "/products", ProductService.Body(name: name)), HttpStatusCode.BadRequest, "validation");
    }

    private Task<long> AddAsync(string name, int many) => shop.QueryAsync<long>("""
        WITH added AS (
            INSERT INTO products (id, slug, name, description, category, price, currency, version, image_version, created_at)
            SELECT gen_random_uuid(), $1 || '-' || $2 || '-' || n, $1 || ' ' || n, '', 'kitchen', n, 'EUR', 1, 0, now() FROM generate_series(1, $2) AS n RETURNING id),
        stock AS (INSERT INTO product_stock (product_id, available) SELECT id, 1 FROM added)
        SELECT count(*) FROM added
        """, name, many);

    private static string Name(JsonElement product) => product.GetProperty("name").GetString()!;

    private static Guid Id(JsonElement product) => product.GetProperty("id").GetGuid();
}
