using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Local;

public sealed class ReferenceExpressionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Braces_in_text_and_in_values_stay_what_they_are()
    {
        var value = AppModel.Builder().AddParameter("value", "{0}");
        var expression = ReferenceExpression.Create($"a{{b}}c{value}");

        Assert.Equal("a{b}c{0}", await expression.GetValueAsync(Token));
        Assert.Equal("a{b}c{value.value}", expression.ValueExpression);
    }

    [Fact]
    public async Task Text_without_holes_is_itself_and_the_empty_text_is_nothing()
    {
        Assert.Equal("text", await ReferenceExpression.Create($"{"text"}").GetValueAsync(Token));
        Assert.Null(await ReferenceExpression.Empty.GetValueAsync(Token));
    }

    [Fact]
    public async Task An_expression_may_be_written_part_by_part()
    {
        var value = AppModel.Builder().AddParameter("value", "x y").Resource;
        var builder = new ReferenceExpressionBuilder();
        Assert.True(builder.IsEmpty);
        builder.AppendLiteral("k={");
        builder.Append($"{value:uri}");
        builder.AppendLiteral("}");

        Assert.Equal("k={x%20y}", await builder.Build().GetValueAsync(Token));
    }

    [Fact]
    public async Task A_value_that_is_not_known_yet_is_waited_for()
    {
        var api = AppModel.Builder().Program("api").WithHttpEndpoint();
        var reading = ReferenceExpression.Create($"{api.GetEndpoint("http")}/x").GetValueAsync(Token).AsTask();
        Assert.False(reading.IsCompleted);

        api.Listening("http", 5170);
        Assert.Equal("http://localhost:5170/x", await reading);
    }

    [Fact]
    public void An_endpoint_that_has_no_port_yet_says_so()
    {
        var api = AppModel.Builder().Program("api").WithHttpEndpoint();
        var error = Assert.Throws<InvalidOperationException>(() => api.GetEndpoint("http").Url);
        Assert.Equal("The endpoint `http` is not allocated for the resource `api`.", error.Message);
    }
}
