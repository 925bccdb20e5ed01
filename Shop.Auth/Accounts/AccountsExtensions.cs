using Microsoft.AspNetCore.Identity;
using Shop.Auth.Accounts.Mail;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Pages;
using Shop.ServiceDefaults.Access;

namespace Shop.Auth.Accounts;

internal static class AccountsExtensions
{
    /// <summary>The count for PBKDF2-HMAC-SHA512 in OWASP's password storage cheat sheet.</summary>
    private const int HashIterations = 210_000;

    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = HashIterations);
        builder.Services.AddSingleton<ILookupNormalizer, AddressNormalizer>();
        builder.Services.AddIdentityCore<User>(identity =>
            {
                // The user name is the e-mail address, which has rules of its own.
                identity.User.AllowedUserNameCharacters = "";
                // The first version with passkeys.
                identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
            })
            .AddRoles<Role>()
            .AddEntityFrameworkStores<AuthDb>();
        builder.Services.AddSingleton<IPasswordHasher<User>, PasswordHasher<User>>();
        builder.Services.AddSingleton<HashingQueue>();
        builder.Services.AddSingleton<FailedAttempts>();
        builder.Services.AddSingleton<FamiliarAddresses>();
        builder.Services.AddSingleton<PasswordHashing>();
        builder.Services.AddScoped<Reauthentication>();
        builder.Services.AddScoped<Registration>();
        builder.Services.AddScoped<Admins>();
        builder.Services.AddScoped<LiveAccess, AccountAccess>();
        builder.Services.AddScoped<ChangePassword>();
        builder.Services.AddScoped<DeleteAccount>();
        builder.Services.AddScoped<UsedCodes>();
        builder.Services.AddSingleton<AnonymousLimits>();
        builder.Services.AddOptions<AnonymousLimitOptions>()
            .Configure(options =>
            {
                if (!builder.Environment.IsDevelopment())
                    options.AccountsPerMinute = options.MailsPerMinute = AnonymousLimits.DefaultPerMinute;
            })
            .BindConfiguration("Strangers").ValidateDataAnnotations().ValidateOnStart();

        builder.Services.AddSingleton(new PublicAddress(Issuer.Address(builder)));
        builder.Services.AddScoped<MailedLinks>();
        builder.Services.AddScoped<AccountMails>();
        builder.Services.AddScoped<ForgotPassword>();
        builder.Services.AddScoped<ResetPassword>();
        builder.Services.AddScoped<ChangeEmail>();
        builder.Services.AddSingleton<ForgottenSignal>();
        builder.AddMail();

        builder.Services.AddHostedService<NormalizeAddresses>();
        builder.Services.AddHostedService<InitialAccounts>();
        builder.Services.AddHostedService<ForgottenPasswordMails>();
    }

    public static void MapAccounts(this WebApplication app)
    {
        app.MapPost("/register", Register.HandleAsync).WithName("Register").WithTags("Account").AllowAnonymous()
            .WithSummary("Makes an account")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        MapOwnAccount(app.MapGroup("/me").WithTags("Account"));
        MapRecovery(app.MapGroup("").WithTags("Account")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests));
        MapPages(PageHeaders.MapPages(app, ""));
        app.MapDevMail();
    }

    private static void MapOwnAccount(RouteGroupBuilder me)
    {
        me.MapGet("", Account.GetAsync).WithName("GetAccount").WithSummary("The caller's account, with its present roles");
        me.MapPatch("", ChangeDisplayName.HandleAsync).WithName("ChangeAccount").WithSummary("Changes what the caller is called")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        me.MapPut("/password", ChangePassword.HandleAsync).WithName("ChangePassword")
            .WithSummary("Changes the password, signs the caller out everywhere but here, and takes back all refresh tokens")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        me.MapDelete("", DeleteAccount.HandleAsync).WithName("DeleteAccount")
            .WithSummary("Deletes the account and what is known of its person; their orders stay, without a name")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
    }

    private static void MapRecovery(RouteGroupBuilder account)
    {
        account.MapPost("/password/forgot", ForgotPassword.HandleAsync).WithName("ForgotPassword").AllowAnonymous()
            .WithSummary("Mails a link for a new password to the address, if there is an account with it; the answer does not tell");
        account.MapPost("/password/reset", ResetPassword.HandleAsync).WithName("ResetPassword").AllowAnonymous()
            .WithSummary("Changes the password by the token of such a link, and signs the user out everywhere");
        account.MapPost("/me/email", ChangeEmail.HandleRequestAsync).WithName("ChangeEmail")
            .WithSummary("Mails a link to the address, which becomes the caller's when it is confirmed; their own address confirms that one")
            .ProducesProblem(StatusCodes.Status409Conflict);
        account.MapPost("/email/confirm", ChangeEmail.HandleConfirmAsync).WithName("ConfirmEmail").AllowAnonymous()
            .WithSummary("Confirms an address by the token of such a link")
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static void MapPages(RouteGroupBuilder pages)
    {
        pages.MapGet(AccountMails.ForgotPage, () => ForgotPassword.Page());
        pages.MapPost(AccountMails.ForgotPage, ForgotPassword.SubmitAsync);
        pages.MapGet(AccountMails.ResetPage, ResetPassword.ShowAsync);
        pages.MapPost(AccountMails.ResetPage, ResetPassword.SubmitAsync);
        pages.MapGet(AccountMails.ConfirmPage, ChangeEmail.ShowConfirmAsync);
        pages.MapPost(AccountMails.ConfirmPage, ChangeEmail.SubmitConfirmAsync);
    }
}
