using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>On an endpoint: what is posted to it is a form, and nothing else.</summary>
/// <param name="FieldsRepeat">Whether a field may come twice; else that is an error, and not one value with a comma in it.</param>
public sealed record TakesForm(bool FieldsRepeat = false);

/// <summary>
/// Checks in one place whether a body can be read: content types with parameters that are not supported, truncated forms, malformed chunks. All of these are the
/// client's errors, a 4xx, wherever the body is read.
/// </summary>
internal static class RequestBodies
{
    /// <summary>Comes after routing, before whatever reads a body.</summary>
    public static void UseReadableBodies(this WebApplication app)
    {
        // Only services with pages have forms.
        var forms = app.Services.GetService<IAntiforgery>() is not null;
        app.Use(async (context, next) =>
        {
            var request = context.Request;
            var form = HttpMethods.IsPost(request.Method) ? context.GetEndpoint()?.Metadata.GetMetadata<TakesForm>() : null;
            if (form is null && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is false)
            {
                // A content type without a body makes some of the framework look for a form.
                request.ContentType = null;
                await next(context);
                return;
            }
            if (!TrySimplify(request))
            {
                context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
                return;
            }
            if (request.Headers.TransferEncoding.Count > 0)
                request.Body = new ChunkedBody(request.Body);
            if (forms)
                await ReadFormAsync(context, form);
            await next(context);
        });
    }

    /// <summary>
    /// Leaves of the content type what is of use: the boundary of a multipart body. Text is UTF-8, as the contract says; false when it claims to be something
    /// else, of which the framework knows some and fails at the others, or when there is no making sense of it.
    /// </summary>
    private static bool TrySimplify(HttpRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.ContentType))
        {
            request.ContentType = null;
            return true;
        }
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || type.Parameters.Any(parameter => parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase) && !IsUtf8(parameter)))
        {
            return false;
        }
        var boundary = type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) ? type.Boundary : default;
        request.ContentType = boundary.HasValue ? $"{type.MediaType}; boundary={boundary}" : type.MediaType.Value;
        return true;
    }

    private static bool IsUtf8(NameValueHeaderValue charset) =>
        HeaderUtilities.RemoveQuotes(charset.Value).Trim() is var name && (name.Length == 0 || name.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a form before anybody asks for it, since some of those who do wrap what it throws, and some swallow it.</summary>
    /// <exception cref="BadHttpRequestException">It cannot be read.</exception>
    private static async Task ReadFormAsync(HttpContext context, TakesForm? expected)
    {
        if (!context.Request.HasFormContentType)
        {
            var none = new NoForm();
            context.Features.Set<IFormFeature>(none);
            if (expected is not null)
                none.ReadForm();
            return;
        }
        try
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            if (form.Any(field => field.Value.Any(value => value?.Contains('\0', StringComparison.Ordinal) is true)))
                throw new BadHttpRequestException("A field of the form contains a NUL character.");
            if (expected is { FieldsRepeat: false } && form.Any(field => field.Value.Count > 1))
                throw new BadHttpRequestException("A field of the form was sent more than once.");
        }
        // The second where a multipart body ends before it should.
        catch (Exception exception) when (exception is InvalidDataException || exception is IOException and not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The form cannot be read.", exception);
        }
    }

    /// <summary>For those who ask for a form where something else has come, for which the framework has an exception that says nothing of the client.</summary>
    private sealed class NoForm : IFormFeature
    {
        public bool HasFormContentType => false;

        public IFormCollection? Form { get; set; }

        public IFormCollection ReadForm() => throw new BadHttpRequestException("A form is expected here.", StatusCodes.Status415UnsupportedMediaType);

        public Task<IFormCollection> ReadFormAsync(CancellationToken cancellationToken) => Task.FromException<IFormCollection>(
            new BadHttpRequestException("A form is expected here.", StatusCodes.Status415UnsupportedMediaType));
    }
}
