using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Site.SigningIn;

/// <summary>
/// A form that was sent when the session was over: nothing was done, and what was typed is not lost. Instead of the sign-in its sender gets a page that holds the
/// form, to be sent again when they have signed in in another tab. Nothing is sent by itself. Files have to be chosen again.
/// </summary>
/// <remarks>The component that shows it has parameters <c>Address</c> and <c>Fields</c>, a list of names and values.</remarks>
public static class KeptForms
{
    private const string AntiforgeryField = "__RequestVerificationToken";

    /// <summary>Comes before whatever sends people to the sign-in.</summary>
    public static void UseKeptForms<TPage>(this WebApplication app) where TPage : IComponent => app.Use(async (context, next) =>
    {
        await next(context);
        var (request, response) = (context.Request, context.Response);
        if (!HttpMethods.IsPost(request.Method) || response.HasStarted || response.StatusCode != StatusCodes.Status302Found
            || !response.Headers.Location.ToString().Contains(SignInEndpoints.SignIn + "?", StringComparison.Ordinal)
            || request.ContentType is not "application/x-www-form-urlencoded")
        {
            return;
        }
        var form = await request.ReadFormAsync(context.RequestAborted);
        var fields = form.Where(field => field.Key != AntiforgeryField).SelectMany(field => field.Value, (field, value) => KeyValuePair.Create(field.Key, value ?? "")).ToList();
        response.Headers.Location = default;
        response.Headers.CacheControl = "no-store";
        await new RazorComponentResult<TPage>(new { Address = request.Path + request.QueryString, Fields = fields }) { StatusCode = StatusCodes.Status401Unauthorized }
            .ExecuteAsync(context);
    });
}
