using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Hosting;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Tests.Architecture;

/// <summary>The rules of the house that a compiler doesn't hold. docs/architecture.md says why.</summary>
public sealed partial class HouseRulesTests
{
    private static readonly string[] Services = ["Shop.Auth", "Shop.Product", "Shop.Payment", "Shop.Web", "Shop.Admin"];

    [Theory]
    [InlineData("Shop.ServiceDefaults", "")]
    [InlineData("Shop.Messaging", "Shop.ServiceDefaults")]
    [InlineData("Shop.Auth", "Shop.ServiceDefaults Shop.Messaging Shop.Ui")]
    [InlineData("Shop.Site", "Shop.ServiceDefaults")]
    [InlineData("Shop.Web", "Shop.ServiceDefaults Shop.Site Shop.Ui")]
    [InlineData("Shop.Admin", "Shop.ServiceDefaults Shop.Site Shop.Ui")]
    [InlineData("Shop.Ui", "")]
    [InlineData("Shop.Product", "Shop.ServiceDefaults Shop.Messaging")]
    [InlineData("Shop.Payment", "Shop.ServiceDefaults Shop.Messaging Shop.Ui")]
    [InlineData("Shop.Shoppers", "Shop.ServiceDefaults")]
    [InlineData("Shop.AppHost", "Shop.Hosting")]
    public void Dependencies_point_one_way(string project, string allowed)
    {
        var referenced = Assembly.Load(project).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith("Shop.", StringComparison.Ordinal));

        Assert.Empty(referenced.Except(allowed.Split(' ')));
    }

    [Fact]
    public void Folders_are_features()
    {
        string[] vague = ["Common", "Helpers", "Utils", "Utilities", "Misc", "Shared", "Controllers", "Repositories"];

        var found = Directory.EnumerateDirectories(Root, "*", SearchOption.AllDirectories)
            .Where(directory => !IsOutput(directory))
            .Where(directory => vague.Contains(Path.GetFileName(directory), StringComparer.OrdinalIgnoreCase));

        Assert.Empty(found);
    }

    [Fact]
    public void A_file_can_be_held_in_the_head()
    {
        var tooLong = SourceFiles().Where(file => File.ReadLines(file).Count() > 300);

        Assert.Empty(tooLong);
    }

    [Fact]
    public void A_service_and_the_composition_fit_on_one_page()
    {
        var pages = Services.Select(service => Path.Combine(Root, service, "Program.cs")).Append(Path.Combine(Root, "Shop.AppHost", "AppHost.cs"));

        Assert.All(pages, page => Assert.InRange(File.ReadLines(page).Count(), 1, 60));
    }

    [Fact]
    public void Source_does_not_ask_which_backend_it_runs_on()
    {
        var asking = SourceFiles().Where(file => File.ReadLines(file).Any(line => line.TrimStart().StartsWith("#if", StringComparison.Ordinal)));

        Assert.Empty(asking);
    }

    [Fact]
    public void Background_work_is_repeated_in_one_place_which_survives_whatever_it_throws()
    {
        var loops = Services.Append("Shop.Messaging").SelectMany(name => Assembly.Load(name).GetTypes())
            .Where(type => type.IsAssignableTo(typeof(BackgroundService)) && !type.IsAssignableTo(typeof(RepeatingService)));

        Assert.Empty(loops);
    }

    [Fact]
    public void An_interface_has_more_than_one_implementation()
    {
        var types = Services.Concat(["Shop.Messaging", "Shop.ServiceDefaults"]).SelectMany(name => Assembly.Load(name).GetTypes()).ToList();

        var lonely = types
            .Where(type => type.IsInterface)
            .Where(contract => types.Count(type => type is { IsInterface: false, IsAbstract: false } && Implements(type, contract)) < 2);

        Assert.Empty(lonely);
    }

    [Fact]
    public void Events_are_written_to_the_outbox_in_one_place()
    {
        var elsewhere = SourceFiles().Where(file => !file.Contains("Shop.Tests", StringComparison.Ordinal) && !file.Contains("Shop.Bench", StringComparison.Ordinal)
            && !file.Contains(Path.Combine("Shop.Messaging", "Outbox"), StringComparison.Ordinal)
            && File.ReadAllText(file).Contains("INSERT INTO outbox", StringComparison.OrdinalIgnoreCase));

        Assert.Empty(elsewhere);
    }

    [Fact]
    public void A_body_of_one_line_has_no_braces()
    {
        var braced = SourceFiles().SelectMany(file => BracedLine().Matches(File.ReadAllText(file)).Select(found => $"{file}: {found.Value.Trim()}"));

        Assert.Empty(braced);
    }

    [Fact]
    public void A_cancellation_token_has_one_name()
    {
        // Of two the names say which is which: what ends no further try, and what ends the current one.
        string[] names = ["cancellationToken", "stoppingToken", "stopping", "giveUp", "ending"];

        var others = SourceFiles().SelectMany(file => TokenParameter().Matches(File.ReadAllText(file))
            .Where(found => !names.Contains(found.Groups[1].Value)).Select(found => $"{file}: {found.Value}"));

        Assert.Empty(others);
    }

    // Declarations need braces, and so does what comes before an else whose own body has some.
    [GeneratedRegex(@"^( +)(?:if|foreach|while|using|lock) \(.*\)\n\1\{\n\1    (?!var |using |await using |const )\S.*;\n\1\}\n(?!\1else)", RegexOptions.Multiline)]
    private static partial Regex BracedLine();

    [GeneratedRegex(@"\bCancellationToken (\w+)[,)]")]
    private static partial Regex TokenParameter();

    private static bool Implements(Type type, Type contract) =>
        type.GetInterfaces().Any(candidate => candidate == contract || (candidate.IsGenericType && candidate.GetGenericTypeDefinition() == contract));

    private static IEnumerable<string> SourceFiles() =>
        Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !IsOutput(file) && !file.Contains($"{Path.DirectorySeparatorChar}Migrations{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    internal static bool IsOutput(string path)
    {
        var parts = Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar);
        return parts.Contains("obj") || parts.Contains("bin") || parts.Contains(".git");
    }

    internal static string Root { get; } = FindRoot();

    private static string FindRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
