using System.Net;

namespace Shop.Tests.Services.Auth.Administration;

/// <summary>On a database of their own, where they know who is an admin.</summary>
public sealed class LastAdminTests : IAsyncLifetime
{
    private static readonly object NoRoles = new { roles = Array.Empty<string>() };

    private readonly AuthService _auth = new();

    public ValueTask InitializeAsync() => _auth.InitializeAsync();

    public ValueTask DisposeAsync() => _auth.DisposeAsync();

    [Fact]
    public async Task The_last_admin_cannot_be_locked_demoted_or_deleted()
    {
        var admin = await Person.AdminAsync(_auth);
        await RefusedAsync(await admin.SendAsync(HttpMethod.Post, $"/users/{admin.Id}/lock"));
        await RefusedAsync(await admin.SendAsync(HttpMethod.Put, $"/users/{admin.Id}/roles", new { roles = new[] { "support" } }));
        await RefusedAsync(await admin.SendAsync(HttpMethod.Delete, "/me", new { password = AuthService.AdminPassword }));

        // One who is locked is nobody to rely on.
        var other = await Person.NewAsync(_auth, "admin");
        await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Post, $"/users/{other.Id}/lock"), HttpStatusCode.OK);
        await RefusedAsync(await admin.SendAsync(HttpMethod.Post, $"/users/{admin.Id}/lock"));

        await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Post, $"/users/{other.Id}/unlock"), HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, "/me", new { password = AuthService.AdminPassword })).StatusCode);
    }

    [Fact]
    public async Task Of_two_admins_who_are_taken_away_at_the_same_time_one_stays()
    {
        var first = await Person.AdminAsync(_auth);
        await HttpAssert.JsonAsync(await first.SendAsync(HttpMethod.Put, "/roles/clerk", new { permissions = new[] { "users.manage" } }), HttpStatusCode.Created);
        var (second, clerk) = (await Person.NewAsync(_auth, "admin"), await Person.NewAsync(_auth, "clerk"));

        for (var round = 0; round < 10; round++)
        {
            // The clerk may do it, whichever of the two comes first.
            var answers = await Task.WhenAll(
                clerk.SendAsync(HttpMethod.Put, $"/users/{first.Id}/roles", NoRoles),
                round % 2 == 0
                    ? clerk.SendAsync(HttpMethod.Put, $"/users/{second.Id}/roles", NoRoles)
                    : clerk.SendAsync(HttpMethod.Post, $"/users/{second.Id}/lock"));
            Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
            await RefusedAsync(answers.Single(answer => answer.StatusCode is not HttpStatusCode.OK));

            foreach (var person in new[] { first, second })
            {
                await HttpAssert.JsonAsync(await clerk.SendAsync(HttpMethod.Put, $"/users/{person.Id}/roles", new { roles = new[] { "admin" } }), HttpStatusCode.OK);
                await HttpAssert.JsonAsync(await clerk.SendAsync(HttpMethod.Post, $"/users/{person.Id}/unlock"), HttpStatusCode.OK);
            }
        }
    }

    private static async Task RefusedAsync(HttpResponseMessage response) => await HttpAssert.ProblemAsync(response, HttpStatusCode.Conflict, "last-admin");
}
