namespace Shop.Auth.Applications;

internal static class ApplicationsExtensions
{
    public static void AddApplications(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<Registry>();
        builder.Services.AddScoped<Consents>();
        builder.Services.AddScoped<ConsentPages>();
    }
}
