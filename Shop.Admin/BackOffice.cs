using Shop.Admin.Messages;
using Shop.Admin.Orders;
using Shop.Admin.Pages;
using Shop.Admin.Services;

namespace Shop.Admin;

/// <summary>Keeps people out of what they may not see. The services behind it check again.</summary>
internal static class BackOffice
{
    /// <summary>Adds what the pages have in common.</summary>
    public static void AddBackOffice(this IServiceCollection services)
    {
        services.AddScoped<Staff>();
        services.AddScoped<People>();
        services.AddScoped<OrderTimeline>();
        services.AddScoped<DeadLetters>();
    }

    /// <summary>Checks <see cref="NeedsAttribute"/>, for forms as for pages. Comes after routing and authentication.</summary>
    public static void UsePermissions(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<NeedsAttribute>() is { } needed)
        {
            var permissions = await context.RequestServices.GetRequiredService<Staff>().PermissionsAsync();
            if (!needed.AnyOf.Any(permissions.Contains))
            {
                // Whoever has something else to do here begins there.
                if (context.Request.Path == "/" && Menu.All.FirstOrDefault(item => permissions.Contains(item.Permission)) is { Address: { } first })
                    context.Response.Redirect(first);
                else
                    context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return;
            }
        }
        await next(context);
    });
}
