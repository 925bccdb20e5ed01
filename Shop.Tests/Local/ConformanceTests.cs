using Aspire.Hosting;
using Microsoft.Extensions.Hosting;

namespace Shop.Tests.Local;

/// <summary>
/// What compiles against the local backend must compile against Aspire: the public API of local/ is part of Aspire 13.1.3's, which
/// local/aspire-api.txt lists. Less is fine, other is not.
/// </summary>
public sealed class ConformanceTests
{
    private static readonly Dictionary<string, string> Aspire = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "aspire-api.txt"))
        .Where(line => !line.StartsWith('#'))
        .Select(line => line.Split('\t'))
        .ToDictionary(parts => parts[0], parts => parts[1]);

    [Theory]
    [InlineData(typeof(DistributedApplication))]
    [InlineData(typeof(DistributedApplicationTestingBuilder))]
    [InlineData(typeof(AspireRabbitMQExtensions))]
    public void Nothing_in_the_public_API_differs_from_Aspires(Type typeOfAssembly)
    {
        var api = PublicApi.Of(typeOfAssembly.Assembly).ToList();
        Assert.NotEmpty(api);

        Assert.Empty(api.Select(Difference).OfType<string>());
    }

    [Fact]
    public void A_difference_is_noticed()
    {
        Assert.NotNull(Difference(("M:Aspire.Hosting.DistributedApplication.Rum", "-> void ()")));
        Assert.NotNull(Difference(("M:Aspire.Hosting.DistributedApplication.Run", "-> int ()")));
        Assert.NotNull(Difference(("T:Aspire.Hosting.DistributedApplication", "struct")));
        Assert.NotNull(Difference(("T:Aspire.Hosting.DistributedApplication", "class : System.ICloneable")));
        Assert.Null(Difference(("M:Aspire.Hosting.DistributedApplication.Run", "-> void ()")));
        Assert.Null(Difference(("P:Aspire.Hosting.ApplicationModel.EndpointAnnotation.Name", "string get")));
    }

    private static string? Difference((string Id, string Shape) member)
    {
        if (!Aspire.TryGetValue(member.Id, out var genuine))
            return $"{member.Id} is not in Aspire";
        return IsPartOf(member.Id, member.Shape, genuine) ? null : $"{member.Id}\n  here:   {member.Shape}\n  Aspire: {genuine}";
    }

    private static bool IsPartOf(string id, string shape, string genuine) => id[0] switch
    {
        // A type may implement less, a property may lack an accessor: what uses it compiles against Aspire all the same.
        'T' => Kind(shape) == Kind(genuine) && Bases(shape).IsSubsetOf(Bases(genuine)),
        'P' => shape == genuine || shape + " set" == genuine || shape + " init" == genuine,
        _ => shape == genuine,
    };

    private static string Kind(string shape) => shape.Split(" : ")[0];

    private static HashSet<string> Bases(string shape) => shape.Split(" : ") is [_, var bases] ? [.. Split(bases)] : [];

    // At the commas between types, not those between type arguments.
    private static IEnumerable<string> Split(string bases)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i < bases.Length; i++)
        {
            depth += bases[i] switch { '<' or '(' => 1, '>' or ')' => -1, _ => 0 };
            if (bases[i] != ',' || depth > 0)
                continue;
            yield return bases[start..i];
            start = i + 2;
        }
        yield return bases[start..];
    }
}
