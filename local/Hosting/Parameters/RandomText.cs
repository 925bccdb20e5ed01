using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Makes passwords.</summary>
internal static class RandomText
{
    // Without letters that look like another, and without characters that mean something in a URI, a shell or a connection string.
    private const string LowerCase = "abcdefghjkmnpqrstuvwxyz";
    private const string UpperCase = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string Others = "-_.{}~()*+!";

    /// <summary>Whether characters of a kind may be there, and how many must.</summary>
    public readonly record struct Kind(bool Allowed, int Minimum);

    public static string Generate(int minLength, Kind lower, Kind upper, Kind numeric, Kind special)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minLength);
        (Kind Kind, string Characters)[] kinds = [(lower, LowerCase), (upper, UpperCase), (numeric, Digits), (special, Others)];

        var text = new List<char>();
        foreach (var (kind, characters) in kinds)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(kind.Minimum);
            if (!kind.Allowed && kind.Minimum > 0)
                throw new ArgumentException("A kind of character that is disabled must have a minimum of 0.");
            text.AddRange(RandomNumberGenerator.GetItems<char>(characters, kind.Minimum));
        }

        var all = string.Concat(kinds.Where(k => k.Kind.Allowed).Select(k => k.Characters));
        if (all.Length == 0)
            throw new ArgumentException("At least one character type must be enabled.");

        text.AddRange(RandomNumberGenerator.GetItems<char>(all, Math.Max(0, minLength - text.Count)));
        var shuffled = text.ToArray();
        RandomNumberGenerator.Shuffle(shuffled.AsSpan());
        return new string(shuffled);
    }
}
