using System.Net;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product;

/// <summary>Dead letters while the broker is away.</summary>
public sealed class DeadLetterTests(ProductService shop) : IClassFixture<ProductService>
{
    private const string InsertSql = """
        INSERT INTO dead_letters (id, queue, message_key, reason, headers, properties, body, died_at, deaths, death_ids)
        VALUES ($1, 'product.payments', $1, 'because', '{}', '\x0000', '\x00', now(), 1, ARRAY[$1]) RETURNING 1
        """;

    [Fact]
    public async Task A_replay_that_the_broker_does_not_take_is_to_be_tried_again_and_the_letter_waits()
    {
        var (id, token) = (Guid.CreateVersion7(), shop.Token(Guid.NewGuid(), Permissions.MessagesManage));
        await shop.QueryAsync<int>(InsertSql, id);

        using var answer = await shop.SendAsync(HttpMethod.Post, $"/dead-letters/{id}/replay", token);
        await HttpAssert.ProblemAsync(answer, HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
        var letter = Assert.Single(await shop.AllAsync("/dead-letters", 1, token));
        Assert.Equal((id, "\0"), (letter.GetProperty("id").GetGuid(), letter.GetProperty("body").GetString()));
    }

    [Fact]
    public async Task What_waits_to_be_published_is_told_to_those_who_see_to_messages()
    {
        await shop.CreateAsync();
        var outbox = await shop.GetAsync("/outbox", shop.Token(Guid.NewGuid(), Permissions.MessagesManage));
        // The broker is away.
        Assert.True(outbox.GetProperty("waiting").GetInt32() > 0);
        Assert.True(outbox.GetProperty("oldestAt").GetDateTimeOffset() <= DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(HttpStatusCode.Forbidden, (await shop.SendAsync(HttpMethod.Get, "/outbox", shop.Token(Guid.NewGuid(), Permissions.OrdersRead))).StatusCode);
    }

    [Theory]
    [InlineData("/dead-letters?limit=0")]
    [InlineData("/dead-letters?after=nonsense")]
    [InlineData("/dead-letters?after=eyJkaWVkQXQiOiIyMDI2LTAxLTAxIn0")]
    public async Task A_bad_page_is_a_problem(string path)
    {
        using var answer = await shop.SendAsync(HttpMethod.Get, path, shop.Token(Guid.NewGuid(), Permissions.MessagesManage));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }
}
