using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Site.Pages;

/// <summary>What a visitor sees when something is missing or broken: a page of the site, not a document for machines.</summary>
/// <remarks>The component that shows it has a parameter <c>Status</c>.</remarks>
public static class ErrorPages
{
    /// <summary>After how many seconds a page that needs a service that is away may be tried again.</summary>
    public const string RetryAfter = "5";

    /// <summary>Before the writer of the defaults, because the first one that can write does.</summary>
    public static void AddErrorPages<TPage>(this IServiceCollection services) where TPage : IComponent =>
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ErrorPageWriter<TPage>>());

    /// <summary>Gives answers without a body, and exceptions, a page. It comes after the defaults, which know no reason but that of the exception.</summary>
    public static void UseErrorPages<TPage>(this WebApplication app) where TPage : IComponent
    {
        app.UseStatusCodePages(context => WriteAsync<TPage>(context.HttpContext));
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = WriteAsync<TPage>,
            StatusCodeSelector = exception => exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
        });
    }

    /// <remarks>
    /// Rendered here and not by executing the request again at another address, because the framework does not wait for what such a
    /// page loads. In services of its own, because those of the request have begun, and perhaps failed, to render something else.
    /// </remarks>
    internal static async Task WriteAsync<TPage>(HttpContext context) where TPage : IComponent
    {
        var status = context.Response.StatusCode;
        // What was rendered before may have set it, and the framework sets it only once.
        context.Response.Headers.Remove("blazor-enhanced-nav");
        var services = context.RequestServices;
        await using var scope = services.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        try
        {
            await new RazorComponentResult<TPage>(new { Status = status }) { StatusCode = status }.ExecuteAsync(context);
        }
        finally
        {
            context.RequestServices = services;
        }
    }
}
