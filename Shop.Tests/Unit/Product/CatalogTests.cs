using System.Text;
using Shop.Messaging.Contracts;
using Shop.Product.Catalog;
using Shop.ServiceDefaults.Lists;

namespace Shop.Tests.Unit.Product;

public sealed class CatalogTests
{
    private static readonly string[] Sorts = ["newest", "name", "price", "-price"];

    [Theory]
    [InlineData("Enamel Mug", "enamel-mug")]
    [InlineData("  Tea & Biscuits -- for 2! ", "tea-biscuits-for-2")]
    [InlineData("Potter's Wheel", "potters-wheel")]
    [InlineData("Café crème", "cafe-creme")]
    [InlineData("灯", "product")]
    [InlineData("!?", "product")]
    public void A_slug_is_made_of_the_name(string name, string slug) => Assert.Equal(slug, Slug.From(name));

    [Fact]
    public void A_slug_has_room_in_its_column()
    {
        Assert.Equal(100, Slug.From(new string('x', 200)).Length);
        Assert.InRange(Slug.From(new string('x', 200), Guid.NewGuid()).Length, 101, 120);
    }

    [Theory]
    [InlineData("newest")]
    [InlineData("name")]
    [InlineData("price")]
    [InlineData("-price")]
    public void A_cursor_carries_the_keys_of_its_order_and_no_other(string name)
    {
        var sort = ProductSort.Parse(name)!;
        var last = new ProductSummary(Guid.CreateVersion7(), "cup", "Cup", new Money(9.90m, "EUR"), "kitchen", null, true);

        Assert.True(Cursor.TryDecode<ProductCursor>(Cursor.Encode(sort.CursorAt(last)), out var cursor));

        Assert.True(sort.TryGetKey(cursor, out var key));
        Assert.Equal(name switch { "newest" => null, "name" => "Cup", _ => (object)9.90m }, key);
        Assert.Equal(last.Id, cursor.Id);
        Assert.All(
            Sorts.Where(other => other != name),
            other => Assert.False(ProductSort.Parse(other)!.TryGetKey(cursor, out _)));
    }

    [Theory]
    [InlineData("\"3-10\"", 3, 10, true)]
    [InlineData("\"3-9\"", 3, 10, false)]
    [InlineData("\"2-10\"", 3, 10, false)]
    [InlineData("\"3-9\"", 3, null, true)]
    [InlineData("\"2-9\"", 3, null, false)]
    [InlineData("*", 3, 10, true)]
    [InlineData("\"1-1\", \"3-10\"", 3, 10, true)]
    [InlineData("W/\"3-10\"", 3, 10, false)]
    [InlineData("\"3\"", 3, 10, false)]
    [InlineData("3-10", 3, 10, false)]
    [InlineData("\"\"", 3, 10, false)]
    public void A_change_is_checked_against_what_it_replaces(string ifMatch, int version, int? stock, bool permitted) =>
        Assert.Equal(permitted, ProductTag.Permits(ifMatch, version, stock));

    [Theory]
    [InlineData("""<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0" fill="url(#g)"/><use href="#p"/></svg>""", true)]
    [InlineData("""<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>""", false)]
    [InlineData("""<svg xmlns="http://www.w3.org/2000/svg"><style>@import url(http://elsewhere)</style></svg>""", false)]
    [InlineData("""<svg xmlns="http://www.w3.org/2000/svg"><foreignObject/></svg>""", false)]
    [InlineData("""<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>""", false)]
    [InlineData("""<svg xmlns="http://www.w3.org/2000/svg"><a href="javascript:alert(1)"/></svg>""", false)]
    [InlineData("""<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><use x:href="http://elsewhere"/></svg>""", false)]
    [InlineData("""<svg xmlns="http://www.w3.org/2000/svg"><path style="fill:url( 'http://elsewhere')"/></svg>""", false)]
    [InlineData("""<svg xmlns="http://www.w3.org/2000/svg"><path style="fill:u\72l(//elsewhere)"/></svg>""", false)]
    [InlineData("""<svg xmlns="http://www.w3.org/2000/svg"><h:script xmlns:h="http://www.w3.org/1999/xhtml"/></svg>""", false)]
    [InlineData("""<!DOCTYPE svg [<!ENTITY x "y">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>""", false)]
    [InlineData("""<?xml-stylesheet href="http://elsewhere"?><svg xmlns="http://www.w3.org/2000/svg"/>""", false)]
    [InlineData("<svg/>", false)]
    [InlineData("<html/>", false)]
    [InlineData("nothing", false)]
    [InlineData("", false)]
    public void An_svg_that_could_do_more_than_be_seen_is_refused(string svg, bool shown) =>
        Assert.Equal(shown ? "image/svg+xml" : null, ImageFormat.Recognize(Encoding.UTF8.GetBytes(svg)));

    [Fact]
    public void A_picture_is_what_its_bytes_say()
    {
        Assert.Equal("image/png", ImageFormat.Recognize(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0 }));
        Assert.Equal("image/jpeg", ImageFormat.Recognize(new byte[] { 0xFF, 0xD8, 0xFF, 0xE0 }));
        Assert.Equal("image/webp", ImageFormat.Recognize("RIFF1234WEBPVP8 "u8.ToArray()));
        Assert.Null(ImageFormat.Recognize("GIF89a"u8.ToArray()));
    }
}
