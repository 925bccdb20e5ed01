using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product.Catalog;

/// <summary>Products that come and go as CSV and NDJSON.</summary>
public sealed class ImportTests(ProductService shop) : IClassFixture<ProductService>
{
    private readonly Guid _staff = Guid.NewGuid();
    private readonly string _word = $"import{Guid.NewGuid():N}";

    [Fact]
    public async Task A_bad_line_never_stops_the_rest()
    {
        var csv = $""""
            Name;Category;Price;Stock;Description
            {_word} one;kitchen;10.50;3;"Two lines
            of text; with a ""quote"""
            {_word} two;nowhere;1;1;
            {_word} three;kitchen;cheap;1;
            {_word} four;kitchen
            ;kitchen;1;1;
            {_word} "five;kitchen;1;1;
            {_word} six;kitchen;7;0;
            """";

        var result = await ImportAsync(csv, "text/csv");

        Assert.Equal(2, result.GetProperty("imported").GetInt32());
        Assert.Equal(
            [4L, 5L, 6L, 7L, 8L],
            result.GetProperty("failed").EnumerateArray().Select(failure => failure.GetProperty("line").GetInt64()));
        Assert.All(result.GetProperty("failed").EnumerateArray(), failure => Assert.NotEmpty(failure.GetProperty("error").GetString()!));
        var products = await shop.AllAsync($"/products?q={_word}&sort=price", 10);
        Assert.Equal([$"{_word} six", $"{_word} one"], products.Select(product => product.GetProperty("name").GetString()));
        var one = await shop.GetAsync($"/products/{products[1].GetProperty("id").GetGuid()}");
        Assert.Equal(("Two lines\nof text; with a \"quote\"", 3), (one.GetProperty("description").GetString(), one.GetProperty("stock").GetInt32()));
    }

    [Fact]
    public async Task Lines_of_JSON_are_products_too()
    {
        string[] lines =
        [
            $$$"""{"name":"{{{_word}}} a","category":"home","price":12.5,"stock":4}""",
            "",
            $$$"""{"name":"{{{_word}}} b","category":"home","price":{"amount":3,"currency":"EUR"}}""",
            $$$"""{"name":"{{{_word}}} c","category":"home","price":{"amount":3,"currency":"USD"}}""",
            $$$"""{"name":"{{{_word}}} d","category":"home","price":"3"}""",
            "[1]",
            "{",
            $$$"""{"name":"{{{new string('x', 100_000)}}}","category":"home","price":3}""",
            $$$"""{"name":"{{{_word}}} e","category":"home","price":5}""",
        ];

        var result = await ImportAsync(string.Join('\n', lines), "application/x-ndjson");

        Assert.Equal(3, result.GetProperty("imported").GetInt32());
        Assert.Equal([4L, 5L, 6L, 7L, 8L], result.GetProperty("failed").EnumerateArray().Select(failure => failure.GetProperty("line").GetInt64()));
    }

    [Theory]
    [InlineData("text/csv")]
    [InlineData("application/x-ndjson")]
    public async Task A_line_in_another_encoding_is_not_imported_with_letters_missing(string type)
    {
        var text = type == "text/csv" ? $"name,category,price\n{_word} Caf\u00e9,kitchen,1\n" : $"{{\"name\":\"{_word} Caf\u00e9\",\"category\":\"kitchen\",\"price\":1}}";
        using var body = new ByteArrayContent(Encoding.Latin1.GetBytes(text)) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        var result = await HttpAssert.JsonAsync(await shop.SendAsync(HttpMethod.Post, "/products/import", Staff(), body), HttpStatusCode.OK);
        Assert.Equal(0, result.GetProperty("imported").GetInt32());
        Assert.Contains("UTF-8", Assert.Single(result.GetProperty("failed").EnumerateArray()).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_stores_nothing()
    {
        var csv = $"name,category,price\n{_word},kitchen,1\n{_word},nowhere,1\n";

        var dry = await ImportAsync(csv, "text/csv", "?dryRun=true");
        Assert.Empty(await shop.AllAsync($"/products?q={_word}", 10));
        Assert.Equal(dry.GetRawText(), (await ImportAsync(csv, "text/csv")).GetRawText());
        Assert.Single(await shop.AllAsync($"/products?q={_word}", 10));
    }

    [Fact]
    public async Task An_import_that_is_sent_again_with_its_key_puts_nothing_there_twice()
    {
        var lines = Enumerable.Range(0, 2500).Select(i => $"{_word} {i},kitchen,1").ToList();
        // Broken off in the middle: what had come is there.
        Assert.Equal(HttpStatusCode.NotFound, (await shop.SendAsync(HttpMethod.Get, $"/products/import/{_word}", Staff())).StatusCode);
        await ImportAsync("name,category,price\n" + string.Join('\n', lines.Take(1200)), "text/csv", key: _word);
        Assert.Equal(1201, (await shop.GetAsync($"/products/import/{_word}", Staff())).GetProperty("line").GetInt32());

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ImportAsync("name,category,price\n" + string.Join('\n', lines), "text/csv", key: _word)));

        Assert.All(answers, answer => Assert.Equal("""{"imported":2500,"failed":[]}""", answer.GetRawText()));
        // Somebody else's key is another one.
        Assert.Equal(1, (await ImportAsync($"name,category,price\n{_word} other,kitchen,1", "text/csv", key: _word, caller: Guid.NewGuid())).GetProperty("imported").GetInt32());
        // Another file that comes with the same key is another file.
        Assert.Equal(1, (await ImportAsync($"name,category,price\n{_word} another,kitchen,1", "text/csv", key: _word)).GetProperty("imported").GetInt32());
        Assert.Equal(2502, await shop.QueryAsync<long>("SELECT count(*) FROM products WHERE name LIKE $1", $"{_word}%"));
    }

    [Theory]
    [InlineData("csv", "text/csv")]
    [InlineData("ndjson", "application/x-ndjson")]
    public async Task What_is_exported_can_be_changed_and_imported_again(string format, string type)
    {
        var product = await shop.CreateAsync(stock: 5, price: 10m, name: $"=HYPERLINK(\"{_word}\"), \"x\"");
        var id = product.GetProperty("id").GetGuid();
        var export = await shop.SendAsync(HttpMethod.Get, $"/products/export?format={format}&archived=false", Staff());
        Assert.Equal((HttpStatusCode.OK, type), (export.StatusCode, export.Content.Headers.ContentType?.MediaType));
        var lines = (await export.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n');
        var line = Assert.Single(lines, line => line.Contains(id.ToString(), StringComparison.Ordinal));
        // No spreadsheet runs it.
        Assert.DoesNotContain(",=", line, StringComparison.Ordinal);
        Assert.DoesNotContain(",\"=", line, StringComparison.Ordinal);

        var changed = line.Replace("10.00", "12.00", StringComparison.Ordinal).Replace(",5,false", ",8,false", StringComparison.Ordinal).Replace("\"stock\":5", "\"stock\":8", StringComparison.Ordinal);
        var result = await ImportAsync(format == "csv" ? $"{lines[0].TrimEnd()}\n{changed}" : changed, type);

        Assert.Equal("""{"imported":1,"failed":[]}""", result.GetRawText());
        var now = await shop.GetAsync($"/products/{id}");
        Assert.Equal(
            (product.GetProperty("name").GetString(), 12.00m, 8, 2),
            (now.GetProperty("name").GetString(), now.GetProperty("price").GetProperty("amount").GetDecimal(), now.GetProperty("stock").GetInt32(), now.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task Whoever_may_not_change_the_catalog_neither_imports_nor_exports()
    {
        var token = shop.Token(Guid.NewGuid(), Permissions.OrdersRead);
        Assert.Equal(HttpStatusCode.Forbidden, (await shop.SendAsync(HttpMethod.Get, "/products/export", token)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("name", "text/csv", "", token, null)).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await SendAsync("<a/>", "application/xml", "", Staff(), null)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await shop.SendAsync(HttpMethod.Get, "/products/export?format=xls", Staff())).StatusCode);
    }

    [Theory]
    [InlineData("\n\n")]
    [InlineData("a,b\n1,2\n")]
    [InlineData("\"\n\n")]
    public async Task What_is_no_table_of_products_is_said_to_be_none(string csv)
    {
        var result = await ImportAsync(csv, "text/csv");
        Assert.Equal(0, result.GetProperty("imported").GetInt32());
        Assert.Equal(1, result.GetProperty("failed").GetArrayLength());
    }

    private string Staff(Guid? caller = null) => shop.Token(caller ?? _staff, Permissions.CatalogWrite);

    private async Task<JsonElement> ImportAsync(string body, string type, string query = "", string? key = null, Guid? caller = null) =>
        await HttpAssert.JsonAsync(await SendAsync(body, type, query, Staff(caller), key), HttpStatusCode.OK);

    private Task<HttpResponseMessage> SendAsync(string body, string type, string query, string token, string? key) => shop.SendAsync(
        HttpMethod.Post, "/products/import" + query, token,
        new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue(type) } },
        key is null ? [] : [("Idempotency-Key", key)]);
}
