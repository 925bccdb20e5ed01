using System.Net;

namespace Shop.Tests.Services.Product.Catalog;

/// <summary>Each test makes words of its own out of letters, so that it finds its own products only.</summary>
public sealed class SearchTests(ProductService shop) : IClassFixture<ProductService>
{
    [Theory]
    [InlineData("Salt/Pepper@ Grinder", "pepper@")]
    [InlineData("Salt/Pepper@ Grinder", "PEPPER@ salt")]
    [InlineData("AB@-1234", "ab@ 1234")]
    [InlineData("AB@-1234", "ab@1234")]
    [InlineData("1234-AB@", "ab@")]
    [InlineData("T-@Shirt", "t-@sh")]
    [InlineData("T-@Shirt", "t@shirt")]
    [InlineData("T\u2011@Shirt", "t @shirts")]
    [InlineData("Cr\u00E8me@ br\u00FBl\u00E9e", "creme@ brulee")]
    [InlineData("Creme@", "cre\u0300me@")]
    [InlineData("Kettle@s kettle", "@ kettles")]
    [InlineData("@ kettles", "@ kettle")]
    [InlineData("@ Pocket knife", "knives @")]
    [InlineData("Stra\u00DFe@", "strasse@")]
    [InlineData("\u7EA2\u8336\u676F\u5B50@", "\u8336\u676F\u5B50@")]
    [InlineData("\u0427\u0430\u0439\u043D\u0438\u043A@", "\u0447\u0430\u0439\u043D\u0438\u043A@")]
    [InlineData("L'Or\u00E9al@", "oreal@")]
    [InlineData("Men's @", "mens @")]
    [InlineData("\uFF2C\uFF41\uFF4D\uFF50@", "lamp@")]
    [InlineData("Sweat@shirt", "@shir")]
    public async Task A_product_is_found_by_what_people_type(string name, string typed)
    {
        var word = Word();
        var id = (await shop.CreateAsync(name: name.Replace("@", word, StringComparison.Ordinal))).GetProperty("id").GetGuid();

        Assert.Equal([id], await FindAsync(typed.Replace("@", word, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(11)]
    public async Task One_wrong_letter_does_no_harm(int place)
    {
        var word = Word();
        var id = (await shop.CreateAsync(name: $"The {word}")).GetProperty("id").GetGuid();

        var wrong = word[place] == 'b' ? 'c' : 'b';
        Assert.Equal([id], await FindAsync(word.Remove(place, 1).Insert(place, $"{wrong}")));
        Assert.Equal([id], await FindAsync(word.Remove(place, 1)));
        Assert.Equal([id], await FindAsync(word.Insert(place, "x")));
    }

    [Fact]
    public async Task What_is_spelled_right_does_not_find_what_is_only_alike()
    {
        var word = Word();
        var right = (await shop.CreateAsync(name: word)).GetProperty("id").GetGuid();
        var alike = (await shop.CreateAsync(name: word + "q")).GetProperty("id").GetGuid();
        var other = (await shop.CreateAsync(name: $"b{word[1..]}")).GetProperty("id").GetGuid();

        Assert.Equal([right, alike], await FindAsync(word));
        Assert.DoesNotContain(other, await FindAsync(word));

        // What is no longer for sale is no reason not to look for what is alike.
        Assert.Equal(HttpStatusCode.NoContent, (await shop.StaffAsync(HttpMethod.Delete, $"/products/{right}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await shop.StaffAsync(HttpMethod.Delete, $"/products/{alike}")).StatusCode);
        Assert.Contains(other, await FindAsync(word));
    }

    [Fact]
    public async Task The_best_match_comes_first_on_pages_of_any_size()
    {
        var word = Word();
        var described = await NewAsync("Aaa thing", word);
        var begun = await NewAsync($"{word}board", "");
        var longer = await NewAsync($"A large {word} of good make", "");
        var exact = await NewAsync($"{word}", "");

        Guid[] best = [exact, longer, begun, described];
        Assert.Equal(best, await FindAsync(word));
        foreach (var limit in (int[])[1, 2, 3])
            Assert.Equal(best, (await shop.AllAsync($"/products?q={word}", limit)).Select(item => item.GetProperty("id").GetGuid()));
        Assert.Equal([longer, described], (await FindAsync($"{word}&sort=name")).Take(2));

        async Task<Guid> NewAsync(string name, string description) => (await HttpAssert.JsonAsync(await shop.StaffAsync(
            HttpMethod.Post, "/products", new { name, description, category = "kitchen", price = new { amount = 1m, currency = "EUR" } }), HttpStatusCode.Created)).GetProperty("id").GetGuid();
    }

    [Theory]
    [InlineData("%26|!():*'\\")]
    [InlineData("'':A & ''")]
    [InlineData("a <-> b | !c:*A")]
    [InlineData("%25%25__\\%25")]
    [InlineData("\U0001F375 \u200D \uFFFD")]
    [InlineData("--; drop table products; /*")]
    [InlineData("1e5 3.14 -7 0x1F http://a.b/c?d=e f@g.h &amp;")]
    [InlineData("\u0600\u0301\u0301\u0301 \u202E\u2066")]
    public async Task No_search_breaks(string typed)
    {
        foreach (var path in (string[])["/products?q=", "/products?limit=1&sort=name&q=", "/products/suggest?q="])
        {
            var answer = await shop.SendAsync(HttpMethod.Get, path + typed.Replace("&", "%26", StringComparison.Ordinal));
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{(int)answer.StatusCode} for {path}{typed}");
        }
    }

    [Fact]
    public async Task The_longest_searches_are_answered()
    {
        foreach (var typed in (string[])[new string('a', 200), string.Join('+', Enumerable.Repeat("a", 100)), string.Join('-', Enumerable.Repeat("b", 100)), string.Concat(Enumerable.Repeat("%E7%81%AF", 200))])
            Assert.Equal(HttpStatusCode.OK, (await shop.SendAsync(HttpMethod.Get, $"/products?q={typed}")).StatusCode);
    }

    [Fact]
    public async Task Names_and_categories_are_suggested()
    {
        var word = Word();
        for (var i = 0; i < 10; i++)
            await shop.CreateAsync(name: $"{word} {(char)('a' + i)}");

        var names = await SuggestAsync(word[..8]);
        Assert.Equal(8, names.Count);
        Assert.All(names, name => Assert.StartsWith(word, name, StringComparison.Ordinal));
        Assert.Contains("Kitchen", await SuggestAsync("kitch"), StringComparer.OrdinalIgnoreCase);
        Assert.Empty(await SuggestAsync(""));
    }

    private static string Word() => string.Concat(Guid.NewGuid().ToByteArray()[..12].Select(number => (char)('d' + number % 20)));

    private async Task<List<string>> SuggestAsync(string typed) =>
        [.. (await shop.GetAsync($"/products/suggest?q={typed}")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];

    private async Task<List<Guid>> FindAsync(string typed) =>
        [.. (await shop.GetAsync($"/products?q={typed}")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid())];
}
