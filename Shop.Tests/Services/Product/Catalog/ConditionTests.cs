using System.Net.Http.Headers;
using Shop.ServiceDefaults.Access;
using Shop.Web.Catalog;

namespace Shop.Tests.Services.Product.Catalog;

/// <summary>Conditional requests by RFC 9110: for a product, for its picture, and for the picture at the storefront, which answers as Product does.</summary>
public sealed class ConditionTests(ConditionTests.ShopWithStorefront shop) : IClassFixture<ConditionTests.ShopWithStorefront>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public sealed class ShopWithStorefront : ProductService
    {
        public HttpClient Storefront { get; private set; } = null!;

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            // A replica on a port of its own, for Web calls it over the network.
            var product = StartListening();
            Web = new(("services:product:http:0", product), ("Auth:Issuer", "http://127.0.0.1:9"), ("Auth:Web:Secret", "a secret"));
            Storefront = Web.CreateClient();
        }

        private ServiceFactory<ProductList> Web { get; set; } = null!;
    }

    [Theory]
    [InlineData("{0}", 304)]
    [InlineData("W/{0}", 304)]
    [InlineData("*", 304)]
    [InlineData("\"x\", {0}", 304)]
    [InlineData(", \"x\" ,, {0} ,", 304)]
    [InlineData("\"é\", {0}", 304)]
    [InlineData("\"é\"", 200)]
    [InlineData("\"x\"", 200)]
    [InlineData("", 200)]
    [InlineData("nonsense", 200)]
    [InlineData("\"", 200)]
    [InlineData("\"unfinished", 200)]
    public Task A_reader_who_has_it_is_told_so_and_everybody_else_gets_it(string header, int status) => CheckAsync("If-None-Match", header, status);

    [Theory]
    [InlineData("{0}", 200)]
    [InlineData("*", 200)]
    [InlineData("\"x\", {0}", 200)]
    [InlineData("W/{0}", 412)]
    [InlineData("\"x\"", 412)]
    [InlineData("\"é\"", 412)]
    [InlineData("nonsense", 412)]
    public Task Who_wants_only_what_it_believes_gets_nothing_else(string header, int status) => CheckAsync("If-Match", header, status);

    private async Task CheckAsync(string name, string header, int status)
    {
        var id = (await shop.CreateAsync()).GetProperty("id").GetGuid();
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3];
        await shop.SendAsync(
            HttpMethod.Put, $"/products/{id}/image", shop.Token(Guid.NewGuid(), Permissions.CatalogWrite),
            new ByteArrayContent(png) { Headers = { ContentType = MediaTypeHeaderValue.Parse("image/png") } });

        foreach (var (client, path) in ((HttpClient, string)[])[
            (shop.Client, $"/products/{id}"), (shop.Client, $"/products/{id}/image"), (shop.Client, $"/products/{id}/image?v=1"), (shop.Storefront, $"/images/{id}?v=1")])
        {
            using var first = await client.GetAsync(path, Cancel);
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation(name, header.Replace("{0}", first.Headers.ETag!.ToString(), StringComparison.Ordinal));
            using var answer = await client.SendAsync(request, Cancel);
            Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode} instead of {status} for {path} with {name}: {header}");
            if (status == 304)
                Assert.Equal(first.Headers.ETag, answer.Headers.ETag);
        }
    }
}
