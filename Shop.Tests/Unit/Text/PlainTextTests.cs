using Shop.ServiceDefaults.Text;

namespace Shop.Tests.Unit.Text;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("  Lamp\t\n", "Lamp")]
    [InlineData("\u00A0Lamp\u3000", "Lamp")]
    [InlineData("Cre\u0300me", "Cr\u00E8me")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("Ad\u200Bmin", "Admin")]
    [InlineData("Ad\u200D\u200Cmin", "Admin")]
    [InlineData("\uFEFFAd\u00ADmin\u200B", "Admin")]
    [InlineData("\u202Enimda\u202C", "nimda")]
    [InlineData("\u2066\u200FLamp\u200E\u2069 ", "Lamp")]
    [InlineData("\u200B \u200D ", "")]
    [InlineData("\u2066 Lamp", "Lamp")]
    public void What_cannot_be_seen_does_not_count(string written, string seen) => Assert.Equal(seen, PlainText.Normalize(written));

    [Theory]
    [InlineData("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645")]
    [InlineData("\U0001F469\u200D\U0001F4BB")]
    [InlineData("\u2764\uFE0F")]
    [InlineData("\u0916\u094D\u200D")]
    public void What_a_script_or_an_emoji_needs_stays(string written) => Assert.Equal(written.TrimEnd('\u200D'), PlainText.Normalize(written));

    [Fact]
    public void Half_a_character_is_not_storable_and_breaks_nothing() => Assert.All(["\uD83D", "\uDE00a", "e\u0301\uD800e"], written =>
    {
        Assert.Equal(written, PlainText.Normalize(written));
        Assert.False(PlainText.IsStorable(written));
    });

    [Theory]
    [InlineData("", false)]
    [InlineData(" \u2003", false)]
    [InlineData("\u200B", false)]
    [InlineData("\u2800", false)]
    [InlineData("\u3164", false)]
    [InlineData("\u0301", false)]
    [InlineData("\uFE0F", false)]
    [InlineData("\u202E", false)]
    [InlineData("\u0001", false)]
    [InlineData("?", true)]
    [InlineData("a", true)]
    [InlineData("\u706F", true)]
    [InlineData("\U0001F600", true)]
    public void A_name_shows_something(string text, bool visible) => Assert.Equal(visible, PlainText.IsVisible(text));

    [Theory]
    [InlineData("Lamp", true, true)]
    [InlineData("Lamp\r\n\tbig", true, false)]
    [InlineData("Lamp\u2028big", true, false)]
    [InlineData("Lamp\0", false, false)]
    [InlineData("Lamp\u001B", false, false)]
    [InlineData("Lamp\u0085", false, false)]
    public void Control_characters_are_refused(string text, bool storable, bool oneLine) =>
        Assert.Equal((storable, oneLine), (PlainText.IsStorable(text), PlainText.IsOneLine(text)));

    [Fact]
    public void A_normalised_name_stays_as_it_is() => CsCheck.Check.Sample(CsCheck.Gen.String, text =>
        PlainText.Normalize(PlainText.Normalize(text)) == PlainText.Normalize(text));
}
