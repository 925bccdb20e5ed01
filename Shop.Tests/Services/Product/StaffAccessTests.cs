using System.Net;
using System.Net.Http.Json;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product;

[Trait("security", "19")]
public sealed class StaffAccessTests(ProductService shop) : IClassFixture<ProductService>
{
    [Fact]
    public async Task A_locked_catalog_manager_is_refused_at_once()
    {
        var manager = Guid.NewGuid();
        var token = shop.Token(manager, Permissions.CatalogWrite);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(token)).StatusCode);
        shop.Issuer.Lock(manager);
        await HttpAssert.ProblemAsync(await PostAsync(token), HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task A_demoted_catalog_manager_is_refused_at_once()
    {
        var manager = Guid.NewGuid();
        var token = shop.Token(manager, Permissions.CatalogWrite);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(token)).StatusCode);
        shop.Issuer.Permit(manager);
        await HttpAssert.ProblemAsync(await PostAsync(token), HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Demoted_support_sees_only_its_own_orders_at_once()
    {
        var (support, customer) = (Guid.NewGuid(), Guid.NewGuid());
        var product = (await shop.CreateAsync()).GetProperty("id").GetGuid();
        var (theirs, own) = (await IdAsync(customer), await IdAsync(support));
        var token = shop.Token(support, Permissions.OrdersRead);
        Assert.Equal(theirs, (await shop.GetAsync($"/orders/{theirs}", token)).GetProperty("id").GetGuid());

        shop.Issuer.Permit(support);
        foreach (var path in new[] { $"/orders/{theirs}", $"/orders/{theirs}/events" })
            await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Get, path, token), HttpStatusCode.NotFound, "not-found");
        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Post, $"/orders/{theirs}/cancel", token), HttpStatusCode.NotFound, "not-found");
        Assert.Equal([own], (await shop.AllAsync("/orders", 10, token)).Select(order => order.GetProperty("id").GetGuid()));
        Assert.Equal(own, (await shop.GetAsync($"/orders/{own}", token)).GetProperty("id").GetGuid());

        async Task<Guid> IdAsync(Guid buyer) => (await shop.PlaceAsync(buyer, (product, 1))).GetProperty("id").GetGuid();
    }

    private Task<HttpResponseMessage> PostAsync(string token) => shop.SendAsync(HttpMethod.Post, "/products", token, JsonContent.Create(ProductService.Body()));
}
