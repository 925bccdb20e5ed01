namespace Shop.Messaging.Contracts;

/// <summary>A person deleted their account: what others keep of them goes, and nothing is done in their name any more.</summary>
/// <param name="UserId">Whose account it was.</param>
/// <param name="At">When, UTC.</param>
public sealed record AccountDeleted(Guid UserId, DateTimeOffset At) : IContract
{
    /// <inheritdoc />
    public static string Name => "account.deleted.v1";
}
