using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Tests.Unit;

public sealed class PagingTests
{
    private sealed record ByPrice(decimal Price, Guid Id);

    private sealed record ByName(string Name, Guid Id);

    [Fact]
    public void A_cursor_gives_the_sort_keys_back()
    {
        var keys = new ByName("Zoë's \"lamp\" 灯", Guid.CreateVersion7());
        Assert.True(Cursor.TryDecode<ByName>(Cursor.Encode(keys), out var read));
        Assert.Equal(keys, read);
    }

    [Fact]
    public void A_cursor_is_safe_in_a_url() => Assert.Matches("^[A-Za-z0-9_-]+$", Cursor.Encode(new ByName("???>>>~~~", Guid.CreateVersion7())));

    [Fact]
    public void A_cursor_that_was_given_out_is_always_taken() => Assert.All(
        [new string('Ж', 200), new string('灯', 200), string.Concat(Enumerable.Repeat("\U0001F36D", 127)), new string('+', 254), new string('\u0001', 254), new string('"', 254), new string('\u2028', 254)],
        name => Assert.Equal(name, new Paging(1, Page.Of([1, 2], new Paging(limit: 1), _ => new ByName(name, Guid.Empty)).Next).After<ByName>()!.Name));

    [Theory]
    [InlineData("""{"name":"\ud800","id":"00000000-0000-0000-0000-000000000000"}""")]
    [InlineData("""{"name":"a","id":"00000000-0000-0000-0000-000000000000","x":1}""")]
    [InlineData("""{"name":["a"],"id":"00000000-0000-0000-0000-000000000000"}""")]
    [InlineData("""{"name":"a","id":1}""")]
    public void A_forged_cursor_is_refused(string json) =>
        Assert.False(Cursor.TryDecode<ByName>(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json)), out _));

    [Fact]
    public void A_cursor_of_bytes_that_are_no_text_is_refused() =>
        Assert.False(Cursor.TryDecode<ByName>(Base64Url.EncodeToString([.. "{\"name\":\""u8, 0xC3, 0x28, 0xFF, .. "\",\"id\":\"00000000-0000-0000-0000-000000000000\"}"u8]), out _));

    [Theory]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    [InlineData("bnVsbA")] // null
    [InlineData("e30")] // {}
    [InlineData("W10")] // []
    public void What_is_no_cursor_is_refused(string cursor) => Assert.False(Cursor.TryDecode<ByName>(cursor, out _));

    [Fact]
    public void A_cursor_of_another_sort_order_is_refused() =>
        Assert.False(Cursor.TryDecode<ByPrice>(Cursor.Encode(new ByName("lamp", Guid.CreateVersion7())), out _));

    [Fact]
    public void A_cursor_with_a_character_that_no_text_in_the_database_has_is_refused() =>
        Assert.False(Cursor.TryDecode<ByName>(Cursor.Encode(new ByName("lamp\0", Guid.CreateVersion7())), out _));

    [Fact]
    public void An_endless_cursor_is_refused() =>
        Assert.False(Cursor.TryDecode<ByName>(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(new string('[', 5000))), out _));

    [Fact]
    public void A_full_page_with_a_row_more_has_a_next_page()
    {
        var ids = Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).ToList();
        var page = Page.Of(ids, new Paging(limit: 2), id => new ByName("x", id));

        Assert.Equal(ids[..2], page.Items);
        Assert.Equal(ids[1], new Paging(2, page.Next).After<ByName>()!.Id);
    }

    [Fact]
    public void The_last_page_has_no_next() => Assert.Null(Page.Of([1, 2], new Paging(limit: 2), n => new ByName("x", Guid.Empty)).Next);

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=ten")]
    [InlineData("?limit=1&limit=2")]
    [InlineData("?limit=99999999999")]
    public async Task A_bad_limit_is_a_validation_problem(string query)
    {
        var problem = (await Assert.ThrowsAsync<ProblemException>(async () => await Paging.BindAsync(Request(query)))).Problem;
        Assert.Equal(400, problem.Status);
        Assert.Equal("https://shop.test/problems/validation", problem.Type);
    }

    [Fact]
    public async Task Nothing_asked_for_means_the_first_twenty()
    {
        var paging = await Paging.BindAsync(Request(""));
        Assert.Equal(20, paging.Limit);
        Assert.Null(paging.After<ByName>());
    }

    [Fact]
    public void A_bad_cursor_is_a_problem() =>
        Assert.Equal(400, Assert.Throws<ProblemException>(() => new Paging(after: "nonsense").After<ByName>()).Problem.Status);

    private static DefaultHttpContext Request(string query) => new() { Request = { QueryString = new(query) } };
}
