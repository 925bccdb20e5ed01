using Shop.Web.Catalog;

namespace Shop.Tests.Unit.Web;

public sealed class ProductListTests
{
    [Fact]
    public void Everything_has_the_shortest_address() => Assert.Equal("/search", new ProductList().Address);

    [Fact]
    public void Blank_parameters_are_none() => Assert.Equal(new ProductList(), ProductList.From(" ", "", null, "  "));

    [Fact]
    public void What_a_visitor_typed_is_escaped() =>
        Assert.Equal("/search?q=%3Cb%3E%20%26%20c&category=a%2Fb", new ProductList("a/b", "<b> & c").Address);

    [Fact]
    public void The_usual_order_is_not_in_the_address_but_is_asked_for()
    {
        var list = new ProductList(Sort: "name");

        Assert.Equal("/search", list.Address);
        Assert.Equal("/products?sort=name&limit=24", list.Query(24));
    }

    [Fact]
    public void What_was_searched_for_comes_in_the_order_of_its_match()
    {
        Assert.Equal("/products?q=pan&sort=relevance&limit=5", new ProductList(Search: "pan").Query(5));
        Assert.Equal("/products?q=pan&sort=name&limit=5", new ProductList(Search: "pan", Sort: "name").Query(5));
        Assert.Equal("/search?q=pan&sort=name", new ProductList(Search: "pan", Sort: "name").Address);
        Assert.Equal("/products?sort=name&limit=5", new ProductList(Sort: "relevance").Query(5));
    }

    [Fact]
    public void An_order_that_does_not_exist_is_the_usual_one() =>
        Assert.Equal("/products?sort=name&limit=5", new ProductList(Sort: "cheapest; drop").Query(5));

    [Fact]
    public void The_next_page_keeps_everything_but_the_cursor()
    {
        var list = new ProductList("kitchen", "pan", "-price");

        Assert.Equal("/search?q=pan&category=kitchen&sort=-price&after=abc", (list with { After = "abc" }).Address);
    }

    [Theory]
    [InlineData("12,50", "12.50")]
    [InlineData(" 12.50 ", "12.50")]
    [InlineData("-1", null)]
    [InlineData("cheap", null)]
    [InlineData("1e9", null)]
    [InlineData("99999999999999999999999999999999", null)]
    public void A_price_is_read_as_people_write_it_and_nonsense_is_none(string typed, string? asked) =>
        Assert.Equal(asked is null ? "/search" : $"/search?minPrice={asked}", ProductList.From(null, null, null, null, typed).Address);
}
