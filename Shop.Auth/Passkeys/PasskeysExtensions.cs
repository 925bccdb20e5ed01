using Microsoft.AspNetCore.Identity;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Access;

namespace Shop.Auth.Passkeys;

internal static class PasskeysExtensions
{
    /// <summary>Lets people sign in with a key that their device keeps, in the place of the password and of codes.</summary>
    public static void AddPasskeys(this WebApplicationBuilder builder)
    {
        var issuer = Issuer.Address(builder);
        builder.Services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            // As it is configured, never as a request says it is.
            passkeys.ServerDomain = issuer.Host;
            passkeys.ValidateOrigin = context =>
                ValueTask.FromResult(!context.CrossOrigin && context.Origin == issuer.GetLeftPart(UriPartial.Authority));
            // The device asks who uses it, by a finger or a number: something they have and something they are or know.
            passkeys.UserVerificationRequirement = "required";
            // Found without an e-mail address.
            passkeys.ResidentKeyRequirement = "required";
            passkeys.AuthenticatorTimeout = PasskeyCeremonies.Patience;
        });
        builder.Services.AddScoped<IPasskeyHandler<User>, PasskeyHandler<User>>();
        builder.Services.AddScoped<PasskeyCeremonies>();
        builder.Services.AddScoped<OwnPasskeys>();
    }
}
