using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Services;

/// <summary>Stands in for Product on a port of its own, with one product, which has a picture.</summary>
internal sealed class CatalogStub : IAsyncDisposable
{
    public static readonly Guid Kettle = Guid.Parse("01900000-0000-7000-8000-000000000001");

    private readonly WebApplication _app;
    private int _requests;

    private CatalogStub(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>The status with which it answers everything instead, an empty object with it; null while all is well.</summary>
    public int? Broken { get; set; }

    /// <summary>How often it was asked.</summary>
    public int Requests => _requests;

    public static async Task<CatalogStub> StartAsync(CancellationToken cancellationToken)
    {
        var app = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]).Build();
        var stub = new CatalogStub(app);
        var kettle = new
        {
            id = Kettle,
            slug = "kettle",
            name = "Kettle <b>& Co</b>",
            description = "It whistles.",
            price = new { amount = 39.90m, currency = "EUR" },
            category = "kitchen",
            imageUrl = $"/products/{Kettle}/image?v=1",
            inStock = true,
            stock = 3,
        };
        app.Use((context, next) =>
        {
            Interlocked.Increment(ref stub._requests);
            if (stub.Broken is not { } status)
                return next(context);
            context.Response.StatusCode = status;
            return context.Response.WriteAsJsonAsync(new { });
        });
        app.MapGet("/categories", () => new { items = new[] { new { slug = "kitchen", name = "Kitchen", count = 1 } }, next = (string?)null });
        app.MapGet("/products", (string? after, string? q) =>
            after is "bad" || q is "\0" ? Results.BadRequest() : Results.Ok(new { items = new[] { kettle }, next = after is null ? "more" : null, total = 1 }));
        app.MapGet("/products/suggest", () => new { items = new[] { new { kind = "product", kettle.name, kettle.slug, kettle.id } }, next = (string?)null });
        app.MapGet("/products/{id:guid}", (Guid id) => id == Kettle ? Results.Ok(kettle) : Results.NotFound());
        app.MapGet("/products/{id:guid}/image", (Guid id, HttpResponse response) =>
        {
            response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return id == Kettle ? Results.Bytes("<svg/>"u8.ToArray(), "image/svg+xml", entityTag: new("\"1\"")) : Results.NotFound();
        });
        await app.StartAsync(cancellationToken);
        return stub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
