using Shop.Product.Orders;

namespace Shop.Tests.Unit.Product;

public sealed class OrderStatusTests
{
    private static readonly OrderStatus[] All = Enum.GetValues<OrderStatus>();

    [Fact]
    public void An_order_goes_forward_only()
    {
        var steps = from start in All from end in All where start.CanBecome(end) select $"{start.Name()} -> {end.Name()}";

        Assert.Equal(
            ["pending -> paid", "pending -> declined", "pending -> cancelled", "pending -> expired", "paid -> refunded"],
            steps);
    }

    [Fact]
    public void Nothing_comes_after_a_final_state()
    {
        Assert.Equal(
            [OrderStatus.Declined, OrderStatus.Cancelled, OrderStatus.Expired, OrderStatus.Refunded],
            All.Where(status => status.IsFinal()));
    }

    [Theory]
    [InlineData(OrderStatus.Paid, "(status IN ('pending')) IS TRUE")]
    [InlineData(OrderStatus.Declined, "(status IN ('pending')) IS TRUE")]
    [InlineData(OrderStatus.Refunded, "(status IN ('paid')) IS TRUE")]
    public void The_guard_in_SQL_says_the_same(OrderStatus to, string guard) => Assert.Equal(guard, OrderStatuses.GuardFor(to));

    [Fact]
    public void Each_name_stands_for_its_state()
    {
        Assert.All(All, status => Assert.Equal(status, OrderStatuses.Parse(status.Name())));
        Assert.Null(OrderStatuses.Parse("Paid"));
        Assert.Null(OrderStatuses.Parse("1"));
    }
}
