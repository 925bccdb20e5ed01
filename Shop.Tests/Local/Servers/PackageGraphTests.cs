using Aspire.Hosting.Servers;

namespace Shop.Tests.Local.Servers;

public sealed class PackageGraphTests
{
    private const string Printed = """
        server
          Depends: adduser
         |Depends: runtime-base
          Depends: <runtime-other>
          Depends: runtime-crypto
          Depends: <python3:any>
            python3
        adduser
          Depends: libadduser
        runtime-base
          Depends: libpresent
         |Depends: libfirst
          Depends: libsecond
        runtime-crypto
          Depends: runtime-base
          Depends: libmissing
          PreDepends: libneededfirst
        """;

    private static readonly HashSet<string> Installed = ["libpresent", "libsecond"];

    [Fact]
    public void Wanted_are_the_servers_parts_and_the_libraries_that_are_lacking()
    {
        var closure = PackageGraph.Parse(Printed.Split('\n')).Closure("server", Installed, name =>
            name.StartsWith("runtime-", StringComparison.Ordinal)
            || (name.StartsWith("lib", StringComparison.Ordinal) && !Installed.Contains(name)));

        Assert.Equal(["libmissing", "libneededfirst", "runtime-base", "runtime-crypto", "server"], closure.Order());
    }

    [Fact]
    public void Of_alternatives_the_first_is_taken_unless_another_is_installed()
    {
        var closure = PackageGraph.Parse(Printed.Split('\n')).Closure("runtime-base", new HashSet<string>(), _ => true);

        Assert.Equal(["libfirst", "libpresent", "runtime-base"], closure.Order());
    }
}
