namespace Shop.Auth.Admin;

internal static class AdminExtensions
{
    public static void AddAdministration(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<UserSearch>();
        builder.Services.AddScoped<UserAdministration>();
    }
}
