using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.ServiceDefaults.Errors;

internal static class ProblemsExtensions
{
    public static void AddProblems(this IServiceCollection services)
    {
        // Before AddProblemDetails, because the first writer that can write does.
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
        services.AddExceptionHandler<BadRequestHandler>();
        services.AddExceptionHandler<UnavailableHandler>();

        // A parameter that cannot be bound throws in every environment, so that BadRequestHandler can say which one.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    public static void UseProblems(this WebApplication app)
    {
        app.UseStatusCodePages();
        app.UseExceptionHandler();
    }
}
