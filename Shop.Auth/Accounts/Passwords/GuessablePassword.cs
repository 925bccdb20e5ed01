using System.Text;
using Shop.ServiceDefaults.Text;

namespace Shop.Auth.Accounts.Passwords;

/// <summary>Finds passwords that are long but among the first to be guessed: common ones, and those made of the user's or the shop's name.</summary>
internal static class GuessablePassword
{
    /// <summary>How many letters and digits a password must have besides the names in it: NIST's minimum for a password with a second factor.</summary>
    private const int LeastBesideNames = 8;

    /// <summary>Shorter names occur in many words by chance.</summary>
    private const int ShortestName = 3;

    /// <summary>Shorter keyboard runs occur in many words by chance: "were", "pop".</summary>
    private const int ShortestRun = 4;

    private static readonly string[] SiteNames = ["shop.test", "shop"];

    // Rows and columns of common keyboard layouts, in both directions. Digits and letters wrap around.
    private static readonly string[] Walks = [.. new[]
    {
        "01234567890123456789", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "zaq1xsw2cde3vfr4bgt5nhy6mju7",
        "!@#$%^&*()_+", "qazwsxedcrfvtgbyhnujmikolp",
    }.SelectMany(walk => new[] { walk, new string([.. walk.Reverse()]) })];

    private static readonly HashSet<string> Common = [.. ReadCommon().Select(Plain)];

    /// <summary>Why the password is easily guessed; null when it is not.</summary>
    public static string? Validate(string password, string email, string? displayName)
    {
        // Full-width letters and the like are guessed as easily.
        var lower = Folded(password);
        return lower == Folded(email) ? "Must not be the e-mail address."
            : IsRepetition(lower) ? "Must not be a few characters again and again."
            : IsWalk(lower) ? "Must not be a sequence or a walk along the keyboard."
            : IsCommon(lower) ? "Is one that many people have. Take one that nobody else would think of."
            : IsMadeOfNames(lower, email, displayName) ? "Must not be made of the shop's name or yours."
            : null;
    }

    private static string Folded(string text) =>
        (PlainText.IsStorable(text) ? text.Normalize(NormalizationForm.FormKC) : text).Trim().ToLowerInvariant();

    /// <summary>Whether a short piece is repeated, the last one perhaps cut off.</summary>
    private static bool IsRepetition(string text)
    {
        var longest = Math.Min(Password.MinLength - 1, text.Length / 2);
        return Enumerable.Range(1, longest).Any(period => text.AsSpan(period).SequenceEqual(text.AsSpan(0, text.Length - period)));
    }

    private static bool IsWalk(string text)
    {
        var (at, beside) = (0, 0);
        while (at < text.Length)
        {
            var run = Walks.Max(walk => RunOf(text.AsSpan(at), walk));
            beside += run < ShortestRun ? 1 : 0;
            at += run < ShortestRun ? 1 : run;
        }
        return beside < ShortestRun;
    }

    /// <summary>How many characters at the start of the text follow the walk; 0 when fewer than <see cref="ShortestRun"/>.</summary>
    private static int RunOf(ReadOnlySpan<char> text, string walk)
    {
        var run = ShortestRun - 1;
        while (run < text.Length && walk.AsSpan().IndexOf(text[..(run + 1)]) >= 0)
            run++;
        return run < ShortestRun ? 0 : run;
    }

    /// <summary>Also with digits and symbols appended, as composition rules elsewhere teach people to do.</summary>
    private static bool IsCommon(string text)
    {
        var end = text.Length;
        while (end > 0 && !char.IsLetter(text[end - 1]))
            end--;
        return Common.Contains(Plain(text)) || Common.Contains(Plain(text[..end]));
    }

    private static bool IsMadeOfNames(string text, string email, string? displayName)
    {
        var local = email.Split('@')[0];
        var names = SiteNames.Append(email).Append(local).Concat(local.Split('.', '-', '_', '+')).Concat((displayName ?? "").Split(' ')).Append(displayName ?? "")
            .Select(Folded)
            .Where(name => name.Length >= ShortestName)
            .Distinct()
            .OrderByDescending(name => name.Length);
        var rest = names.Aggregate(text, (left, name) => left.Replace(name, " ", StringComparison.Ordinal));
        return rest != text && rest.EnumerateRunes().Count(Rune.IsLetterOrDigit) < LeastBesideNames;
    }

    /// <summary>Letters and digits only, with common substitutions such as 0 for o reversed.</summary>
    private static string Plain(string text) => new([.. text.ToLowerInvariant().Select(c => c switch
    {
        '0' => 'o',
        '3' => 'e',
        '@' => 'a',
        '$' => 's',
        _ => c,
    }).Where(char.IsLetterOrDigit)]);

    private static IEnumerable<string> ReadCommon()
    {
        using var stream = typeof(GuessablePassword).Assembly.GetManifestResourceStream("CommonPasswords.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
                yield return line;
        }
    }
}
