namespace Shop.Messaging.Contracts;

/// <summary>A person deleted their account: other services delete what they keep of them and accept nothing more in their name.</summary>
/// <param name="UserId">Whose account it was.</param>
/// <param name="At">When, UTC.</param>
public sealed record AccountDeleted(Guid UserId, DateTimeOffset At) : IContract
{
    /// <inheritdoc />
    public static string Name => "account.deleted.v1";
}
