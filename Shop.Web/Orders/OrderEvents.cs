using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features;
using Shop.ServiceDefaults.Errors;
using Shop.Site.Services;

namespace Shop.Web.Orders;

/// <summary>Passes the events of an order on from Product: the browser reaches only Web, and has no token.</summary>
internal static class OrderEvents
{
    private const string Client = "order-events";
    private const string LastEventId = "Last-Event-ID";

    /// <summary>Adds the orders and the client for their events: a stream lasts as long as its order is open.</summary>
    public static void AddOrders(this IServiceCollection services)
    {
        services.AddScoped<MyOrders>();
        services.AddStreamingClient(Client, new("http://product"));
    }

    /// <summary>Maps <c>/orders/{number}/events</c>, and the page by id, which is what other services know.</summary>
    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        app.MapGet("/orders/{number:long}/events", PassOnAsync).RequireAuthorization().DisableRequestTimeout().ExcludeFromDescription();
        app.MapGet("/orders/{id:guid}", async (Guid id, MyOrders orders) =>
            await orders.FindAsync(id) is { } order ? Results.LocalRedirect($"/orders/{order.Number}") : Results.NotFound()).RequireAuthorization().ExcludeFromDescription();
    }

    private static async Task PassOnAsync(long number, HttpContext http, MyOrders orders, IHttpClientFactory clients)
    {
        var response = http.Response;
        OrderView? order;
        try
        {
            order = await orders.FindAsync(number);
        }
        catch (SignedOutException)
        {
            // A stream cannot go to the sign-in and come back; the page does, when it is asked for next.
            response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        if (order is null)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/orders/{order.Id}/events");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await http.GetTokenAsync("access_token"));
        // A browser that comes again says what it has seen; Product then tells only what is new, or that nothing more will come.
        if (int.TryParse(http.Request.Headers[LastEventId], NumberStyles.None, CultureInfo.InvariantCulture, out var seen))
            request.Headers.Add(LastEventId, seen.ToString(CultureInfo.InvariantCulture));
        try
        {
            using var events = await clients.CreateClient(Client).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
            response.StatusCode = (int)events.StatusCode;
            response.Headers.CacheControl = "no-store";
            if (!events.IsSuccessStatusCode || events.Content.Headers.ContentType is null)
                return;
            response.ContentType = "text/event-stream";
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await CopyAsync(await events.Content.ReadAsStreamAsync(http.RequestAborted), response);
        }
        catch (HttpRequestException away)
        {
            throw new UnavailableException("Product cannot be reached.", away);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            // The visitor has left, or Product has: a browser asks again by itself.
        }
    }

    private static async Task CopyAsync(Stream events, HttpResponse response)
    {
        var buffer = new byte[4096];
        int read;
        while ((read = await events.ReadAsync(buffer, response.HttpContext.RequestAborted)) > 0)
        {
            await response.Body.WriteAsync(buffer.AsMemory(0, read), response.HttpContext.RequestAborted);
            await response.Body.FlushAsync(response.HttpContext.RequestAborted);
        }
    }
}
