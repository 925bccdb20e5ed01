using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Shop.ServiceDefaults.Lists;
using Shop.Site.Services;

namespace Shop.Web.Orders;

/// <summary>The orders of whoever is signed in.</summary>
internal sealed class MyOrders(ProductApi product)
{
    /// <summary>The order of that number; null when there is none, or it is somebody else's.</summary>
    public async Task<OrderView?> FindAsync(long number) => (await product.GetAsync<Page<OrderView>>($"/orders?number={number.ToString(CultureInfo.InvariantCulture)}")).Items is [var order, ..] ? order : null;

    /// <summary>The order of that id; null when there is none, or it is somebody else's.</summary>
    public Task<OrderView?> FindAsync(Guid id) => product.FindAsync<OrderView>($"/orders/{id}");

    /// <summary>A page of the orders, the newest first; null when the cursor or the state does not exist.</summary>
    public async Task<Page<OrderView>?> ListAsync(string? status, string? after, int limit) =>
        (await product.SendAsync<Page<OrderView>>(HttpMethod.Get, QueryHelpers.AddQueryString("/orders", new Dictionary<string, string?>
        {
            ["status"] = status,
            ["after"] = after,
            ["limit"] = limit.ToString(CultureInfo.InvariantCulture),
        }))).Value;

    /// <summary>Calls an order off; false when it is too late for that.</summary>
    public async Task<bool> CancelAsync(Guid id) => (await product.SendAsync<OrderView>(HttpMethod.Post, $"/orders/{id}/cancel")).Done;
}
