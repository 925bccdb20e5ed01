using System.Globalization;

namespace Shop.Bench;

/// <summary>What was asked for.</summary>
/// <param name="Names">What to measure, in order; a name may come again.</param>
/// <param name="JsonFile">Where the figures go as JSON; null: nowhere.</param>
/// <param name="Settings">How much is measured.</param>
internal sealed record CommandLine(IReadOnlyList<string> Names, string? JsonFile, Settings Settings)
{
    /// <summary>Null when it makes no sense or names nothing.</summary>
    public static CommandLine? Parse(string[] args, IReadOnlyCollection<string> known)
    {
        var (names, file, quick, rows) = (new List<string>(), default(string), false, default(int?));
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "all":
                    names.AddRange(known);
                    break;
                case "--quick":
                    quick = true;
                    break;
                case "--json" when i + 1 < args.Length:
                    file = args[++i];
                    break;
                case "--rows" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var number) && number >= 10:
                    rows = number;
                    i++;
                    break;
                case var name when known.Contains(name):
                    names.Add(name);
                    break;
                default:
                    return null;
            }
        }
        return names.Count == 0 ? null : new(names, file, new(quick, rows));
    }
}
