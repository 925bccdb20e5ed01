using System.Globalization;

namespace Shop.ServiceDefaults.Text;

/// <summary>Keeps card numbers out: one that a client sends by mistake is refused before it reaches a log, a table or a queue.</summary>
public static class CardNumber
{
    private const int Shortest = 13;
    private const int Longest = 19;

    /// <summary>So many digits together may be a group of a number whose groups are separated by letters.</summary>
    private const int Group = 4;

    private const int LongestSeparator = 3;

    /// <summary>
    /// Whether the text contains a card number, plain or disguised: digits of any script, alone or in groups, with whatever around and
    /// between them. A number counts when it begins as an issuer's do, is as long, and its check digit (Luhn) is right.
    /// </summary>
    public static bool IsIn(string text) => Runs(text).Any(digits =>
    {
        for (var start = 0; start + Shortest <= digits.Count; start++)
        {
            for (var length = Shortest; length <= Longest && start + length <= digits.Count; length++)
            {
                if (IsOne(digits.GetRange(start, length)))
                    return true;
            }
        }
        return false;
    });

    /// <summary>
    /// Whether the text is a card number, with nothing but punctuation and letters beside it. For texts that may well hold many digits: of random
    /// hexadecimal keys one in a hundred has digits within that look like a card's, and a key that a client chose well must not be refused.
    /// </summary>
    public static bool IsAll(string text) => !Guid.TryParse(text, out _) && Runs(text).Where(run => run.Count > 0).ToList() is [var only] && IsOne(only);

    /// <summary>The digits that belong together. Punctuation between them does not count; letters end them, unless they stand between groups.</summary>
    private static IEnumerable<List<int>> Runs(string text)
    {
        var (run, together, separator, letters) = (new List<int>(), 0, 0, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var digit = CharUnicodeInfo.GetDigitValue(rune.ToString(), 0);
            if (digit < 0)
            {
                separator++;
                letters |= System.Text.Rune.IsLetter(rune);
                continue;
            }
            if (letters && (together < Group || separator > LongestSeparator))
            {
                yield return run;
                run = [];
            }
            together = separator > 0 ? 1 : together + 1;
            (separator, letters) = (0, false);
            run.Add(digit);
        }
        yield return run;
    }

    private static bool IsOne(List<int> digits)
    {
        if (digits.Count is < Shortest or > Longest || !HasIssuer(digits))
            return false;
        var sum = 0;
        for (var i = 1; i <= digits.Count; i++)
        {
            var digit = digits[^i];
            sum += i % 2 == 1 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
        }
        return sum % 10 == 0;
    }

    /// <summary>The ranges of ISO/IEC 7812 that card schemes use, with the lengths of their numbers.</summary>
    private static bool HasIssuer(List<int> digits) => (digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3], digits.Count) switch
    {
        // Visa
        ( >= 4000 and < 5000, 13 or 16 or 18 or 19) => true,
        // Mastercard
        ( >= 5100 and < 5600 or >= 2221 and <= 2720, 16) => true,
        // American Express
        ( >= 3400 and < 3500 or >= 3700 and < 3800, 15) => true,
        // Diners Club
        ( >= 3000 and < 3060 or >= 3095 and < 3100 or >= 3600 and < 3700 or >= 3800 and < 4000, >= 14) => true,
        // JCB
        ( >= 3528 and < 3590, >= 16) => true,
        // Discover, UnionPay, Maestro, RuPay, Verve and others
        ( >= 5000 and < 5100 or >= 5600 and < 7000, >= 13) => true,
        // Mir
        ( >= 2200 and < 2205, >= 16) => true,
        _ => false,
    };
}
