namespace Shop.Auth.Protocol;

internal static class ProtocolExtensions
{
    /// <summary>Adds what OAuth 2 and OpenID Connect ask for and OpenIddict leaves open, or does in another way.</summary>
    public static void AddProtocol(this WebApplicationBuilder builder)
    {
        builder.Services.AddOpenIddict().AddServer(server => server
            .AddEventHandler(SingleParameters.Descriptor)
            .AddEventHandler(AuthorizationParameters.Descriptor)
            .AddEventHandler(ErrorToClient.Descriptor)
            .AddEventHandler(FormPostHeaders.Descriptor)
            .AddEventHandler(UserInfoRequest.Descriptor)
            .AddEventHandler(UserInfoRequest.TokenDescriptor)
            .AddEventHandler(SessionRevocation.Descriptor)
            .AddEventHandler(PublicDocuments<OpenIddict.Server.OpenIddictServerEvents.ApplyConfigurationResponseContext>.Descriptor)
            .AddEventHandler(PublicDocuments<OpenIddict.Server.OpenIddictServerEvents.ApplyJsonWebKeySetResponseContext>.Descriptor));
    }
}
