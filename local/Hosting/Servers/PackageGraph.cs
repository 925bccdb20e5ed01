namespace Aspire.Hosting.Servers;

/// <summary>Which package needs which others, as <c>apt-cache depends --recurse</c> prints it.</summary>
internal sealed class PackageGraph
{
    // Each dependency is a list of alternatives, the preferred one first.
    private readonly Dictionary<string, List<List<string>>> _dependencies = [];

    /// <summary>Reads the output: package names at the margin, below each its dependencies, alternatives marked with a bar.</summary>
    public static PackageGraph Parse(IEnumerable<string> lines)
    {
        var graph = new PackageGraph();
        List<List<string>> dependencies = [];
        var isAlternative = false;
        foreach (var line in lines.Where(line => line.Length > 0))
        {
            if (line[0] != ' ')
            {
                graph._dependencies[line] = dependencies = [];
                isAlternative = false;
            }
            else if (line.Split("Depends: ") is [var mark, var name])
            {
                if (!isAlternative)
                    dependencies.Add([]);
                dependencies[^1].Add(name.Trim('<', '>'));
                isAlternative = mark.Contains('|');
            }
        }
        return graph;
    }

    /// <summary>
    /// The package and what it needs, followed only through packages that are wanted. Of alternatives an installed one serves, else
    /// the preferred one.
    /// </summary>
    public IReadOnlyCollection<string> Closure(string root, IReadOnlySet<string> installed, Func<string, bool> isWanted)
    {
        HashSet<string> closure = [root];
        var open = new Queue<string>([root]);
        while (open.TryDequeue(out var package))
        {
            var needed = _dependencies.GetValueOrDefault(package, [])
                .Select(alternatives => alternatives.FirstOrDefault(installed.Contains) ?? alternatives[0]);
            foreach (var name in needed.Where(name => isWanted(name) && closure.Add(name)))
                open.Enqueue(name);
        }
        return closure;
    }
}
