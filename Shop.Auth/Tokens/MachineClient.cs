using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Allowed = OpenIddict.Abstractions.OpenIddictConstants.Permissions;
using ShopPermissions = Shop.ServiceDefaults.Access.Permissions;

namespace Shop.Auth.Tokens;

/// <summary>A program that acts for itself and not for a user; one of <c>Auth:Clients</c>.</summary>
/// <param name="Id">Its client id, which is also the <c>sub</c> of its access tokens.</param>
/// <param name="Secret">At least 32 characters: no person has to remember it.</param>
/// <param name="Permissions">What it may do.</param>
internal sealed record MachineClient(string Id, string Secret, IReadOnlyList<string> Permissions)
{
    private const int MinSecretLength = 32;

    /// <summary>The configured ones.</summary>
    /// <exception cref="InvalidOperationException">One cannot be used as it is configured.</exception>
    public static IReadOnlyList<MachineClient> From(IConfiguration configuration) =>
        [.. configuration.GetSection("Auth:Clients").GetChildren().Select(client => Checked(new(
            client["Id"] ?? "", client["Secret"] ?? "", client.GetSection("Permissions").Get<string[]>() ?? [])))];

    public OpenIddictApplicationDescriptor Describe(string permissionPrefix)
    {
        var client = new OpenIddictApplicationDescriptor
        {
            ClientId = Id,
            ClientSecret = Secret,
            ClientType = ClientTypes.Confidential,
            DisplayName = Id,
            Permissions = { Allowed.Endpoints.Token, Allowed.GrantTypes.ClientCredentials },
        };
        client.Permissions.UnionWith(Permissions.Select(permission => permissionPrefix + permission));
        return client;
    }

    private static MachineClient Checked(MachineClient client)
    {
        var fault = client.Id is "" or WebClient.Id or "shop-cli" || Guid.TryParse(client.Id, out _) ? "needs an Id that is no other client's and no user's"
            : client.Secret.Length < MinSecretLength ? $"needs a Secret of at least {MinSecretLength} characters"
            : client.Permissions.FirstOrDefault(permission => !ShopPermissions.All.Contains(permission)) is { } unknown ? $"names the permission '{unknown}', which there is not"
            : null;
        return fault is null ? client : throw new InvalidOperationException($"The client '{client.Id}' of Auth:Clients {fault}.");
    }
}
