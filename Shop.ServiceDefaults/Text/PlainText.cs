using System.Globalization;
using System.Text;

namespace Shop.ServiceDefaults.Text;

/// <summary>
/// Normalises names of people and things before they are compared or stored: text that looks the same becomes the same, and invisible characters go.
/// </summary>
public static class PlainText
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>
    /// The text in NFC, without white space at its ends, without characters that turn the direction of writing and without invisible ones. Joiners stay
    /// between letters beyond ASCII, where Persian, Indic scripts and emoji need them. Text that is not well-formed (<see cref="IsStorable"/>) is only
    /// trimmed.
    /// </summary>
    public static string Normalize(string text)
    {
        text = text.Trim();
        if (Ascii.IsValid(text) || !IsWellFormed(text))
            return text;
        var seen = new StringBuilder(text.Length);
        var (before, joiner) = (default(Rune), default(Rune));
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner)
            {
                joiner = rune;
            }
            else if (!IsInvisible(rune.Value))
            {
                if (joiner != default && CanBeJoined(before) && CanBeJoined(rune))
                    seen.Append(joiner);
                seen.Append(rune);
                (before, joiner) = (rune, default);
            }
        }
        return seen.ToString().Normalize(NormalizationForm.FormC).Trim();
    }

    /// <summary>Whether it has a visible character: a letter, a digit, a sign. False for empty text.</summary>
    public static bool IsVisible(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsInvisible(rune.Value) && !IsBlank(rune.Value) && Rune.GetUnicodeCategory(rune) is not (
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether the text is one line of characters that a database can store and a page can show.</summary>
    public static bool IsOneLine(string text) => IsStorable(text) && text.AsSpan().IndexOfAny("\n\r\t\u2028\u2029") < 0;

    /// <summary>Whether a database can store the text and a page can show it: no control character but line breaks and tabs, no half of a surrogate pair.</summary>
    public static bool IsStorable(string text) => IsWellFormed(text) && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));

    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        for (; !text.IsEmpty; text = text[1..])
        {
            if (char.IsSurrogate(text[0]))
            {
                if (text.Length < 2 || !char.IsSurrogatePair(text[0], text[1]))
                    return false;
                text = text[1..];
            }
        }
        return true;
    }

    private static bool CanBeJoined(Rune rune) => !rune.IsAscii && !Rune.IsWhiteSpace(rune);

    // Soft hyphens, zero-width spaces, marks, embeddings, overrides and isolates of writing direction, annotations and tags.
    private static bool IsInvisible(int value) => value is
        0x00AD or 0x061C or 0x180E or 0x200B or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0xFEFF
        or (>= 0xFFF9 and <= 0xFFFB) or (>= 0xE0000 and <= 0xE0FFF and not (>= 0xE0100 and <= 0xE01EF));

    // What Unicode counts as a letter or a sign, but shows as nothing: the fillers of Hangul, the blank of Braille.
    private static bool IsBlank(int value) => value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800;
}
