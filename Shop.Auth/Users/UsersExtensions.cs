using Microsoft.AspNetCore.Identity;

namespace Shop.Auth.Users;

internal static class UsersExtensions
{
    /// <summary>PBKDF2-HMAC-SHA512 as often as OWASP's password storage cheat sheet asks for.</summary>
    private const int HashIterations = 210_000;

    public static void AddUsers(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = HashIterations);
        builder.Services.AddSingleton<ILookupNormalizer, AddressNormalizer>();
        // Any character is allowed in a user name, because it is the e-mail address, which has rules of its own.
        builder.Services.AddIdentityCore<User>(identity =>
            {
                identity.User.AllowedUserNameCharacters = "";
                // With passkeys.
                identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
            })
            .AddRoles<Role>()
            .AddEntityFrameworkStores<AuthDb>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IPasswordHasher<User>, PasswordHasher<User>>();
        builder.Services.AddSingleton<HashingLine>();
        builder.Services.AddSingleton<WrongTries>();
        builder.Services.AddSingleton<FamiliarAddresses>();
        builder.Services.AddSingleton<Passwords>();
        builder.Services.AddOptions<StrangerOptions>()
            .Configure(options =>
            {
                if (!builder.Environment.IsDevelopment())
                    options.AccountsPerMinute = options.MailsPerMinute = StrangerLimits.Usual;
            })
            .BindConfiguration("Strangers").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<StrangerLimits>();
        builder.Services.AddScoped<Registration>();
        builder.Services.AddScoped<Admins>();
        builder.Services.AddScoped<OwnAccount>();
        builder.Services.AddHostedService<AddressForms>();
        builder.Services.AddHostedService<FirstUsers>();
    }
}
