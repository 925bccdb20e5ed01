using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Shop.Tests.Services.Auth.OpenIdConnect;

/// <summary>The OpenID Connect client that most of Node's world uses, as it comes, against Auth. The checks are in <c>OpenIdClient/conformance.mjs</c>.</summary>
public sealed class OpenIdClientTests
{
    private const string Theirs = "https://their-site.test/callback";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Services", "Auth", "OpenIdClient");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("security", "20")]
    public async Task An_unmodified_client_finds_all_that_OpenID_Connect_promises()
    {
        if (await RunAsync("node", "--version") is not { Code: 0 })
            Assert.Skip("There is no Node.js here, which this client runs on.");
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "openid-client")))
        {
            var installed = await RunAsync("npm", "ci");
            Assert.True(installed is { Code: 0 }, $"npm could not install openid-client: {installed?.Error}");
        }
        await using var auth = await ListeningAuth.StartAsync();
        var admin = await HttpAssert.JsonAsync(await AuthService.TokenAsync(auth.Client,
            ("grant_type", "password"), ("username", AuthService.AdminEmail), ("password", AuthService.AdminPassword)), HttpStatusCode.OK);
        auth.Client.DefaultRequestHeaders.Authorization = new("Bearer", admin.GetProperty("access_token").GetString());
        var people = await Task.WhenAll(NewPersonAsync(auth), NewPersonAsync(auth));

        var run = await RunAsync("node", "conformance.mjs", ("CONFORMANCE", JsonSerializer.Serialize(new
        {
            issuer = auth.Url,
            ours = new { id = "shop-web", secret = AuthService.WebSecret, redirect = CodeFlow.Callback, signedOut = CodeFlow.SignedOut },
            theirs = await RegisterAsync(auth, Theirs, new
            {
                name = "Their site",
                type = "confidential",
                redirectUris = new[] { Theirs },
                scopes = new[] { "openid", "profile", "email", "roles", "offline_access" },
            }),
            app = await RegisterAsync(auth, "http://127.0.0.1/callback", new
            {
                name = "Their app",
                type = "public",
                redirectUris = new[] { "http://127.0.0.1/callback" },
                scopes = new[] { "profile" },
            }),
            machine = await RegisterAsync(auth, null, new { name = "Their robot", type = "machine", permissions = new[] { "catalog.write" } }),
            people,
        })));

        var checks = run!.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        Assert.True(run.Code == 0, $"{run.Error}\n{run.Output}");
        Assert.True(checks.Count >= 40, $"Only {checks.Count} checks were made. {run.Error}");
        var failed = checks.Where(check => check.GetProperty("fault").ValueKind is not JsonValueKind.Null).ToList();
        Assert.True(failed.Count == 0, string.Join('\n', failed));
    }

    private static async Task<object> NewPersonAsync(ListeningAuth auth)
    {
        var email = AuthService.NewEmail();
        await HttpAssert.JsonAsync(await auth.Client.PostAsJsonAsync("/register", new { email, password = AuthService.Password }, Cancel), HttpStatusCode.Created);
        return new { email, password = AuthService.Password };
    }

    private static async Task<object> RegisterAsync(ListeningAuth auth, string? redirect, object application)
    {
        var made = await HttpAssert.JsonAsync(await auth.Client.PostAsJsonAsync("/clients", application, Cancel), HttpStatusCode.Created);
        return new { id = made.GetProperty("id").GetString(), secret = made.TryGetProperty("secret", out var secret) ? secret.GetString() : null, redirect };
    }

    /// <summary>Null: there is no such program.</summary>
    private static async Task<Finished?> RunAsync(string program, string argument, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, [argument]) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            patience.CancelAfter(TimeSpan.FromMinutes(3));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }
            return new(process.ExitCode, await output, await error);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private sealed record Finished(int Code, string Output, string Error);
}
