using System.Net.Http.Json;
using Shop.Hosting;
using Shop.Tests.Services.Auth;
using Shop.Web.Catalog;

namespace Shop.Tests.Services;

/// <summary>The storefront with the real Auth and a stand-in for Product, and a customer who is signed in.</summary>
public sealed class OrdersSite : IAsyncLifetime
{
    private ListeningAuth _auth = null!;
    private ServiceFactory<ProductList> _web = null!;

    /// <summary>The storefront's address, without a slash at the end.</summary>
    public string Address { get; } = $"http://localhost:{LoopbackPort.Free()}";

    /// <summary>Who is signed in.</summary>
    public string Email { get; } = AuthService.NewEmail();

    /// <summary>With the cookies of whoever is signed in. Follows no redirects.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { CookieContainer = new(), AllowAutoRedirect = false });

    internal OrdersStub Product { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Product = await OrdersStub.StartAsync(TestContext.Current.CancellationToken);
        _auth = await ListeningAuth.StartAsync(null, ("Auth:Web:Address", Address));
        _web = new(("urls", Address), ("services:product:http:0", Product.Url), ("Auth:Issuer", _auth.Url), ("Auth:Web:Secret", AuthService.WebSecret));
        _web.UseKestrel();
        _web.StartServer();
        (await _auth.Client.PostAsJsonAsync("/register", new { email = Email, password = AuthService.Password, displayName = "Ann" }, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        var browser = new Browser(Http);
        await browser.OpenAsync(Address + "/account");
        await browser.SubmitAsync("/sign-in", ("email", Email), ("password", AuthService.Password));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _web.DisposeAsync();
        await _auth.DisposeAsync();
        await Product.DisposeAsync();
    }
}
