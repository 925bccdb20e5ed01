using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Shop.Tests.Architecture;

/// <summary>What gets into the repository and into what is shipped. Vulnerable packages fail the build: NuGetAudit in Directory.Build.props.</summary>
public sealed partial class HygieneTests
{
    private const long MaxTextBytes = 1 << 20;

    private static readonly string[] FreeLicences = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "Apache-2.0 OR MPL-2.0", "MPL-2.0", "MS-PL OR Apache-2.0"];

    /// <summary>Come with the text of a licence; read: Apache-2.0, MIT and BSD-2-Clause.</summary>
    private static readonly string[] ReadLicences = ["Stripe.net", "SmtpServer", "Fractions"];

    private static readonly string[] Settings = [".json", ".yml", ".yaml", ".env", ".config", ".props", ".csproj", ".sh"];

    [Fact]
    public void Every_package_is_under_a_licence_that_asks_for_no_money()
    {
        var packages = Directory.EnumerateFiles(HouseRulesTests.Root, "project.assets.json", SearchOption.AllDirectories).SelectMany(Packages).ToHashSet();

        Assert.True(packages.Count > 50, $"Only {packages.Count} packages were found.");
        var others = packages
            .Select(package => (package.Name, Licence: Licence(package.Folder)))
            .Where(package => !FreeLicences.Contains(package.Licence) && !ReadLicences.Contains(package.Name))
            .ToList();
        Assert.Empty(others);
    }

    [Fact]
    public void No_file_has_a_secret_in_it()
    {
        var suspects = Directory.EnumerateFiles(HouseRulesTests.Root, "*", SearchOption.AllDirectories)
            .Where(file => !HouseRulesTests.IsOutput(file) && new FileInfo(file).Length <= MaxTextBytes)
            .SelectMany(file => File.ReadLines(file).Select((line, index) => (File: file, Line: index + 1, Text: line)))
            .Where(line => KeyOfAService().IsMatch(line.Text) || (Settings.Contains(Path.GetExtension(line.File)) && Assigned().IsMatch(line.Text)))
            .Select(line => $"{Path.GetRelativePath(HouseRulesTests.Root, line.File)}:{line.Line}");

        Assert.Empty(suspects);
    }

    [Theory]
    [InlineData("-----BEGIN EC PRIVATE " + "KEY-----")]
    [InlineData("AKIA" + "IOSFODNN7EXAMPLE")]
    [InlineData("sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc")]
    public void A_key_would_be_found(string key) => Assert.Matches(KeyOfAService(), $"var x = \"{key}\";");

    [Theory]
    [InlineData("\"Password\": \"hunter2hunter2\"")]
    [InlineData("Host=db;Password=hunter2hunter2")]
    [InlineData("  client_secret: hunter2hunter2")]
    public void A_password_in_settings_would_be_found(string line) => Assert.Matches(Assigned(), line);

    private static IEnumerable<(string Name, string Folder)> Packages(string assets)
    {
        var document = JsonDocument.Parse(File.ReadAllText(assets)).RootElement;
        var folders = document.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
        return document.GetProperty("libraries").EnumerateObject()
            .Where(library => library.Value.GetProperty("type").ValueEquals("package"))
            .Select(library => (library.Name.Split('/')[0], folders.Select(folder => Path.Combine(folder, library.Value.GetProperty("path").GetString()!)).First(Directory.Exists)));
    }

    private static string? Licence(string folder) =>
        XDocument.Load(Directory.EnumerateFiles(folder, "*.nuspec").Single()).Descendants()
            .FirstOrDefault(element => element.Name.LocalName is "license" && element.Attribute("type")?.Value is "expression")?.Value;

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}|[sr]k_live_[0-9A-Za-z]{10,}|gh[pousr]_[0-9A-Za-z]{36}|xox[abprs]-[0-9A-Za-z-]{10,}")]
    private static partial Regex KeyOfAService();

    [GeneratedRegex("""(password|passwd|pwd|secret|apikey|api_key)"?\s*[=:]\s*"?[^\s"'<>${;]{8,}""", RegexOptions.IgnoreCase)]
    private static partial Regex Assigned();
}
