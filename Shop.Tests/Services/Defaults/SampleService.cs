using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Lists;

namespace Shop.Tests.Services.Defaults;

/// <summary>A service that is nothing but the service defaults and an endpoint for each thing that can go wrong.</summary>
internal sealed class SampleService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SampleService(WebApplication app) => _app = app;

    /// <summary>A client of the service.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Starts the service on a free port of loopback.</summary>
    public static async Task<SampleService> StartAsync(
        string issuer, string environment = "Development", ILoggerProvider? logs = null, params string[] settings)
    {
        var builder = WebApplication.CreateBuilder([$"--environment={environment}", $"--Auth:Issuer={issuer}", .. settings]);
        builder.Logging.ClearProviders();
        if (logs is not null)
            builder.Logging.AddProvider(logs);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.AddShopAuthentication();
        if (builder.Configuration["Sick"] is { } reason)
            builder.Services.AddHealthChecks().AddCheck("sample", () => HealthCheckResult.Unhealthy(reason));
        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapGet("/public", () => TypedResults.Ok("hello")).AllowAnonymous();
        app.MapGet("/caller", (HttpContext context) => TypedResults.Ok(context.Connection.Caller())).AllowAnonymous();
        app.MapGet("/list", (Paging paging) => TypedResults.Ok(paging.Limit)).AllowAnonymous();
        app.MapGet("/number/{n}", (int n, bool? flag) => TypedResults.Ok(n)).AllowAnonymous();
        app.MapGet("/secret", (HttpContext context) => TypedResults.Ok(context.User.Id()));
        app.MapGet("/catalog", (HttpContext context) => TypedResults.Ok(context.User.Has(Permissions.CatalogWrite))).RequirePermission(Permissions.CatalogWrite);
        app.MapGet("/bug", IResult () => throw new InvalidOperationException("Exception with a secret")).AllowAnonymous();
        app.MapGet("/database-away", IResult () => throw new InvalidOperationException("wrapped", new NpgsqlException("away", new IOException()))).AllowAnonymous();
        app.MapGet("/filter", ([AsParameters] Filter filter, Paging paging) =>
            TypedResults.Ok(string.Create(CultureInfo.InvariantCulture, $"{filter.Least}-{filter.Count}-{filter.Q}-{filter.InStock} {paging.Limit}"))).AllowAnonymous();
        app.MapGet("/stream", (CancellationToken cancellationToken) => TypedResults.ServerSentEvents(WithoutEnd(cancellationToken))).AllowAnonymous();
        app.MapPost("/echo", (Echo echo) => TypedResults.Ok(echo)).AllowAnonymous();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app) { Client = new() { BaseAddress = new(app.Urls.First()) } };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private static async IAsyncEnumerable<string> WithoutEnd([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return "first";
        await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
    }

    private enum Colour
    {
        Red,
        DarkBlue,
    }

    private sealed record Filter(
        [FromQuery(Name = "least")] decimal? Least, [FromQuery(Name = "count")] int? Count, [FromQuery(Name = "q")] string? Q,
        [FromQuery(Name = "inStock")] bool? InStock, [FromQuery(Name = "ids")] Guid[] Ids);

    private sealed record Echo(int Number, Colour Colour, Echo? Inner = null);
}
