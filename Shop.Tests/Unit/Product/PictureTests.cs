using System.Buffers.Binary;
using System.Text;
using Shop.Product.Catalog;

namespace Shop.Tests.Unit.Product;

public sealed class PictureTests
{
    [Theory]
    [InlineData(1200, 800, true)]
    [InlineData(8192, 4000, true)]
    [InlineData(8193, 1, false)]
    [InlineData(1, 30_000, false)]
    [InlineData(8000, 8000, false)]
    [InlineData(uint.MaxValue, uint.MaxValue, false)]
    public void A_picture_that_takes_too_much_when_it_is_shown_is_refused_by_its_header(uint width, uint height, bool shown)
    {
        Assert.Equal(shown ? "image/png" : null, ImageFormat.Recognize(Png(width, height)));
        if (width <= ushort.MaxValue && height <= ushort.MaxValue)
            Assert.Equal(shown ? "image/jpeg" : null, ImageFormat.Recognize(Jpeg((ushort)width, (ushort)height)));
        if (width <= 1 << 24 && height <= 1 << 24)
            Assert.Equal(shown ? "image/webp" : null, ImageFormat.Recognize(Webp(width, height)));
    }

    [Fact]
    public void A_few_lines_that_mean_a_thousand_million_shapes_are_no_picture()
    {
        var svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\"><defs><g id=\"a0\"><path d=\"M0 0\"/></g>");
        for (var i = 1; i <= 9; i++)
            svg.Append(System.Globalization.CultureInfo.InvariantCulture, $"<g id=\"a{i}\">{string.Concat(Enumerable.Repeat($"<use href=\"#a{i - 1}\"/>", 10))}</g>");
        Assert.Null(Recognize(svg + "</defs><use href=\"#a9\"/></svg>"));
    }

    [Theory]
    [InlineData("""<g id="a"><use href="#a"/></g>""", false)]
    [InlineData("""<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>""", false)]
    [InlineData("""<pattern id="a"><path fill="url(#a)" d="M0 0"/></pattern><path fill="url( '#a' )" d="M0 0"/>""", false)]
    [InlineData("""<linearGradient id="g"/><path fill="url(#g)" d="M0 0"/><use href="#p"/><path id="p" d="M0 0"/>""", true)]
    [InlineData("""<g id="a"><path d="M0 0"/></g><use href="#a"/><use href="#a"/><use href="#nowhere"/>""", true)]
    public void A_reference_that_leads_back_to_itself_is_refused(string parts, bool shown) =>
        Assert.Equal(shown ? "image/svg+xml" : null, Recognize($"<svg xmlns=\"http://www.w3.org/2000/svg\">{parts}</svg>"));

    [Fact]
    public void An_svg_that_is_nested_without_end_is_refused() =>
        Assert.Null(Recognize("<svg xmlns=\"http://www.w3.org/2000/svg\">" + string.Concat(Enumerable.Repeat("<g>", 100_000)) + string.Concat(Enumerable.Repeat("</g>", 100_000)) + "</svg>"));

    [Fact]
    public void A_header_that_is_cut_off_or_nonsense_breaks_nothing()
    {
        var random = new Random(1);
        foreach (var whole in (byte[][])[Png(10, 10), Jpeg(10, 10), Webp(10, 10)])
        {
            for (var length = 0; length <= whole.Length; length++)
                ImageFormat.Recognize(whole.AsMemory(0, length));
            for (var i = 0; i < 1000; i++)
            {
                var broken = whole.ToArray();
                random.NextBytes(broken.AsSpan(random.Next(broken.Length)));
                ImageFormat.Recognize(broken);
            }
        }
    }

    private static string? Recognize(string svg) => ImageFormat.Recognize(Encoding.UTF8.GetBytes(svg));

    private static byte[] Png(uint width, uint height)
    {
        byte[] file = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(20), height);
        return file;
    }

    // With an application segment and fill bytes before the frame header.
    private static byte[] Jpeg(ushort width, ushort height) =>
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xFF, 0xC2, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0, 0xFF, 0xDA];

    private static byte[] Webp(uint width, uint height)
    {
        byte[] file = [.. "RIFF"u8, 22, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var (w, h) = (width - 1, height - 1);
        (file[24], file[25], file[26]) = ((byte)w, (byte)(w >> 8), (byte)(w >> 16));
        (file[27], file[28], file[29]) = ((byte)h, (byte)(h >> 8), (byte)(h >> 16));
        return file;
    }
}
