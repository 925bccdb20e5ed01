using System.Text;

namespace Shop.Product.Catalog;

/// <summary>Names for addresses.</summary>
public static class Slug
{
    private const int MaxLength = 100;

    // By hand: without globalization data (InvariantGlobalization) .NET takes no letter apart into letter and accent.
    private const string Accented = "àáâãäåāąçćčďèéêëēęěìíîïłñńňòóôõöøřśšťùúûüůýÿźżž";
    private const string Plain = "aaaaaaaacccdeeeeeeeiiiilnnnoooooorsstuuuuuyyzzz";

    /// <summary>
    /// Lower-case ASCII letters and digits with single hyphens between the words; accents are dropped. "product" when nothing of the
    /// name is left.
    /// </summary>
    public static string From(string name)
    {
        var slug = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            if (slug.Length == MaxLength)
                break;
            var c = char.ToLowerInvariant(letter);
            if (Accented.IndexOf(c) is var accented and >= 0)
                c = Plain[accented];
            if (char.IsAsciiLetterOrDigit(c))
                slug.Append(c);
            else if (char.IsAscii(c) && c != '\'' && slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }
        var text = slug.ToString().TrimEnd('-');
        return text.Length > 0 ? text : "product";
    }

    /// <summary>Another slug for the same name, for when the plain one is taken: it ends in the last digits of the id.</summary>
    public static string From(string name, Guid id) => $"{From(name)}-{id.ToString("N")[^8..]}";
}
