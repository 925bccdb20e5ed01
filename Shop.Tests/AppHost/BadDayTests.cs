using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Shop.Tests.Architecture;

namespace Shop.Tests.AppHost;

/// <summary>What AppHost says when something is wrong with its settings or its surroundings.</summary>
[Collection(WholeSystems.Collection)]
public sealed class BadDayTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_setting_is_one_line_and_an_exit_code()
    {
        await using var shop = AppHostProcess.Start(("Servers", "nonsense"));

        await shop.WhenEndedAsync(30);
        Assert.Equal(1, shop.ExitCode);
        Assert.Equal(["Servers is 'nonsense'. It can be 'processes' or 'containers', or not be set."], shop.Lines);
        Assert.Empty(shop.Started());
    }

    [Fact]
    public async Task Ports_that_are_taken_are_named_with_their_owner_and_replaced()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await using var shop = AppHostProcess.Start(("ASPNETCORE_URLS", $"http://localhost:{port}"));

        await shop.SaysAsync($"port {port} is taken by process {Environment.ProcessId} (", 30);
        await shop.SaysAsync("Login to the dashboard at http://localhost:", 60);
        Assert.DoesNotContain(shop.Lines, line => line.Contains($"Login to the dashboard at http://localhost:{port}/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_manifest_describes_containers_for_publishing()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("manifest-").FullName, "manifest.json");
        try
        {
            var start = new System.Diagnostics.ProcessStartInfo(
                AppHostProcess.Program, ["--publisher", "manifest", "--output-path", file])
            {
                RedirectStandardOutput = true,
                WorkingDirectory = Path.Combine(HouseRulesTests.Root, "Shop.AppHost"),
            };
            using var publishing = System.Diagnostics.Process.Start(start)!;
            await publishing.StandardOutput.ReadToEndAsync(Cancel);
            await publishing.WaitForExitAsync(Cancel);

            Assert.Equal(0, publishing.ExitCode);
            var resources = JsonDocument.Parse(await File.ReadAllTextAsync(file, Cancel)).RootElement.GetProperty("resources");
            Assert.Equal("container.v0", resources.GetProperty("postgres").GetProperty("type").GetString());
            Assert.Equal("container.v0", resources.GetProperty("messaging").GetProperty("type").GetString());
            Assert.Equal("project.v0", resources.GetProperty("web").GetProperty("type").GetString());
            Assert.DoesNotContain(resources.EnumerateObject(), resource => resource.Name.EndsWith("-process", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }
}
