using Shop.Web.Catalog;

namespace Shop.Tests.Unit.Web;

public sealed class ProductListTests
{
    [Fact]
    public void The_front_page_has_the_shortest_address() => Assert.Equal("/", new ProductList().Address);

    [Fact]
    public void Blank_parameters_are_none() => Assert.Equal(new ProductList(), ProductList.From(" ", "", null, "  "));

    [Fact]
    public void What_a_visitor_typed_is_escaped() =>
        Assert.Equal("/c/a%2Fb?q=%3Cb%3E%20%26%20c", new ProductList("a/b", "<b> & c").Address);

    [Fact]
    public void The_usual_order_is_not_in_the_address_but_is_asked_for()
    {
        var list = new ProductList(Sort: "name");

        Assert.Equal("/", list.Address);
        Assert.Equal("/products?sort=name&limit=24", list.Query(24));
    }

    [Fact]
    public void What_was_searched_for_comes_in_the_order_of_its_match()
    {
        Assert.Equal("/products?q=pan&sort=relevance&limit=5", new ProductList(Search: "pan").Query(5));
        Assert.Equal("/products?q=pan&sort=name&limit=5", new ProductList(Search: "pan", Sort: "name").Query(5));
        Assert.Equal("/?q=pan&sort=name", new ProductList(Search: "pan", Sort: "name").Address);
        Assert.Equal("/products?sort=name&limit=5", new ProductList(Sort: "relevance").Query(5));
    }

    [Fact]
    public void An_order_that_does_not_exist_is_the_usual_one() =>
        Assert.Equal("/products?sort=name&limit=5", new ProductList(Sort: "cheapest; drop").Query(5));

    [Fact]
    public void The_next_page_keeps_everything_but_the_cursor()
    {
        var list = new ProductList("kitchen", "pan", "-price");

        Assert.Equal("/c/kitchen?q=pan&sort=-price&after=abc", (list with { After = "abc" }).Address);
    }

    [Theory]
    [InlineData(null, null, null, true)]
    [InlineData("kitchen", null, null, false)]
    [InlineData(null, "pan", null, false)]
    [InlineData(null, null, "abc", false)]
    public void Only_the_whole_list_from_its_start_is_the_front(string? category, string? search, string? after, bool front) =>
        Assert.Equal(front, new ProductList(category, search, After: after).IsFront);
}
