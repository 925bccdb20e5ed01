using System.Net;

namespace Shop.Tests.Services.Auth.Administration;

/// <summary>Who somebody is, for those who see their orders.</summary>
[Collection<SharedAuth>]
public sealed class UserNameTests(AuthService auth)
{
    [Fact]
    public async Task Support_learns_who_customers_are_by_their_ids_in_the_order_asked()
    {
        var (support, one, two) = (await Person.NewAsync(auth, "support"), await Person.NewAsync(auth), await Person.NewAsync(auth));
        var answer = await support.GetAsync($"/users?ids={two.Id},{Guid.NewGuid()},{one.Id},{two.Id}");
        Assert.Equal([two.Email, one.Email], answer.GetProperty("items").EnumerateArray().Select(user => user.GetProperty("email").GetString()));
        Assert.All(answer.GetProperty("items").EnumerateArray(), user => Assert.Equal(["id", "email", "displayName"], user.EnumerateObject().Select(field => field.Name)));
        Assert.Null(answer.GetProperty("next").GetString());

        var admin = await Person.AdminAsync(auth);
        Assert.Equal(1, (await admin.GetAsync($"/users?ids={one.Id}")).GetProperty("items").GetArrayLength());
    }

    [Fact, Trait("security", "24")]
    public async Task Support_sees_no_list_of_users_and_customers_see_nobody()
    {
        var (support, customer) = (await Person.NewAsync(auth, "support"), await Person.NewAsync(auth));
        foreach (var path in (string[])["/users", "/users?q=a", "/users?ids="])
            await HttpAssert.ProblemAsync(await support.SendAsync(HttpMethod.Get, path), HttpStatusCode.Forbidden, "forbidden");
        await HttpAssert.ProblemAsync(await customer.SendAsync(HttpMethod.Get, $"/users?ids={support.Id}"), HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Support_finds_a_customer_by_the_whole_address_and_by_nothing_less()
    {
        var (support, customer) = (await Person.NewAsync(auth, "support"), await Person.NewAsync(auth));
        var found = (await support.GetAsync($"/users?email={Uri.EscapeDataString(customer.Email.ToUpperInvariant())}")).GetProperty("items");
        Assert.Equal(customer.Id, Assert.Single(found.EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal(0, (await support.GetAsync($"/users?email={Uri.EscapeDataString(customer.Email[..^1])}")).GetProperty("items").GetArrayLength());
        await HttpAssert.ProblemAsync(await support.SendAsync(HttpMethod.Get, "/users?email=" + new string('x', 101)), HttpStatusCode.BadRequest, "validation");
        await HttpAssert.ProblemAsync(await customer.SendAsync(HttpMethod.Get, $"/users?email={customer.Email}"), HttpStatusCode.Forbidden, "forbidden");
    }

    [Theory]
    [InlineData("x")]
    [InlineData(",")]
    [InlineData("00000000-0000-0000-0000-000000000001,x")]
    public async Task What_is_no_id_is_refused(string ids)
    {
        var support = await Person.NewAsync(auth, "support");
        var problem = await HttpAssert.ProblemAsync(await support.SendAsync(HttpMethod.Get, "/users?ids=" + ids), HttpStatusCode.BadRequest, "validation");
        Assert.Equal(["ids"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        var many = string.Join(',', Enumerable.Range(0, 101).Select(_ => Guid.NewGuid()));
        await HttpAssert.ProblemAsync(await support.SendAsync(HttpMethod.Get, "/users?ids=" + many), HttpStatusCode.BadRequest, "validation");
    }
}
