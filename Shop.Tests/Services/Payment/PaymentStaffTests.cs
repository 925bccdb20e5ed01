using System.Net;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Payment;

[Trait("security", "19")]
public sealed class PaymentStaffTests : PaymentTest
{
    [Fact]
    public async Task Demoted_or_locked_support_neither_sees_nor_refunds_payments_at_once()
    {
        await StartAsync();
        var (order, support) = (Order("tok_visa"), Guid.NewGuid());
        await PlaceAsync(order);
        await UntilAsync(order, "paid");
        string[] permissions = [Permissions.PaymentsRead, Permissions.PaymentsRefund];
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"/payments/{order.OrderId}", support, permissions)).Response.StatusCode);

        Issuer.Permit(support);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"/payments/{order.OrderId}", support, permissions)).Response.StatusCode);
        Assert.Equal(0, (await GetAsync("/payments", support, permissions)).Body.GetProperty("items").GetArrayLength());
        Assert.Equal(HttpStatusCode.Forbidden, (await RefundAsync()).StatusCode);
        Issuer.Lock(support);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefundAsync()).StatusCode);
        Assert.Equal(1, await CountAsync($"payments WHERE order_id = '{order.OrderId}' AND status = 'paid'"));

        Task<HttpResponseMessage> RefundAsync() => RequestAsync(HttpMethod.Post, $"/payments/{order.OrderId}/refund", support, permissions);
    }
}
