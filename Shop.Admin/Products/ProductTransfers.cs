using System.Net.Http.Headers;
using System.Net.Mime;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.Admin.Services;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Hosting;
using Shop.Site.Services;

namespace Shop.Admin.Products;

/// <summary>Files on their way between a browser and Product: imports, exports, pictures. They pass through without being kept.</summary>
internal static class ProductTransfers
{
    private const string Client = "product-files";
    private const long MaxImport = 128 << 20;
    private const long MaxPicture = 3 << 20;

    /// <summary>Adds the client for them: an import takes as long as its file is.</summary>
    public static void AddProductTransfers(this IServiceCollection services) => services.AddStreamingClient(Client, new("http://product"));

    /// <summary>Maps them.</summary>
    public static void MapProductTransfers(this IEndpointRouteBuilder app)
    {
        var files = app.MapGroup("").RequireAuthorization().DisableAntiforgery().ExcludeFromDescription().WithMetadata(new NeedsAttribute(Permissions.CatalogWrite));
        files.MapPost("/products/import", ImportFormAsync).WithMetadata(new TakesForm(), new RequestSizeLimitAttribute(MaxImport)).DisableRequestTimeout();
        files.MapPost("/products/import/file", ImportFileAsync).WithMetadata(new RequestSizeLimitAttribute(MaxImport)).DisableRequestTimeout();
        files.MapGet("/products/import/{key:guid}", ImportProgressAsync);
        files.MapGet("/products/export", ExportAsync).DisableRequestTimeout();
        files.MapPost("/products/{id:guid}/picture", PictureAsync).WithMetadata(new TakesForm(), new RequestSizeLimitAttribute(MaxPicture));
        app.MapGet("/images/{id:guid}", ImageAsync).RequireAuthorization().ExcludeFromDescription();
    }

    /// <summary>The file itself as the body, as the script sends it: nothing of it is kept here.</summary>
    private static async Task ImportFileAsync(string? key, bool? dryRun, HttpContext http, IHttpClientFactory clients)
    {
        using var content = new StreamContent(http.Request.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue(http.Request.ContentType is "application/x-ndjson" ? "application/x-ndjson" : "text/csv");
        using var answer = await SendAsync(clients, http, HttpMethod.Post, ImportAddress(dryRun), content, key);
        http.Response.StatusCode = (int)answer.StatusCode;
        http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    private static async Task<RazorComponentResult<ImportResultPage>> ImportFormAsync(
        IFormFile? file, [FromForm] string? key, [FromForm] bool? dryRun, HttpContext http, IHttpClientFactory clients)
    {
        if (file is null)
            return new(new { Failed = Array.Empty<ImportFailure>(), Error = "Choose a file first." });
        await using var body = file.OpenReadStream();
        using var content = new StreamContent(body);
        var isLines = file.FileName.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase) || file.FileName.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);
        content.Headers.ContentType = new MediaTypeHeaderValue(isLines ? "application/x-ndjson" : "text/csv");
        using var answer = await SendAsync(clients, http, HttpMethod.Post, ImportAddress(dryRun), content, key);
        return answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync<ImportResult>(http.RequestAborted) is { } result
            ? new(new { result.Imported, result.Failed })
            : new(new { Failed = Array.Empty<ImportFailure>(), Error = $"Product refused the file ({(int)answer.StatusCode})." });
    }

    private static async Task<Results<ContentHttpResult, StatusCodeHttpResult>> ImportProgressAsync(Guid key, HttpContext http, IHttpClientFactory clients)
    {
        using var answer = await SendAsync(clients, http, HttpMethod.Get, $"/products/import/{key}", null, null);
        return answer.IsSuccessStatusCode
            ? TypedResults.Text(await answer.Content.ReadAsStringAsync(http.RequestAborted), "application/json")
            : TypedResults.StatusCode((int)answer.StatusCode);
    }

    private static async Task ExportAsync(string? format, HttpContext http, IHttpClientFactory clients)
    {
        using var answer = await SendAsync(clients, http, HttpMethod.Get, $"/products/export?format={(format is "ndjson" ? "ndjson" : "csv")}", null, null);
        http.Response.StatusCode = (int)answer.StatusCode;
        http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        http.Response.Headers.ContentDisposition = new ContentDisposition { FileName = $"products.{(format is "ndjson" ? "ndjson" : "csv")}" }.ToString();
        await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    private static async Task<RedirectHttpResult> PictureAsync(Guid id, IFormFile? picture, HttpContext http, IHttpClientFactory clients)
    {
        if (picture is null)
            return TypedResults.LocalRedirect($"/products/{id}?done=bad-picture");
        await using var body = picture.OpenReadStream();
        using var content = new StreamContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.TryParse(picture.ContentType, out var type) ? type : null;
        using var answer = await SendAsync(clients, http, HttpMethod.Put, $"/products/{id}/image", content, null);
        return TypedResults.LocalRedirect($"/products/{id}?done={(answer.IsSuccessStatusCode ? "picture" : "bad-picture")}");
    }

    private static async Task ImageAsync(Guid id, int? v, HttpContext http, IHttpClientFactory clients)
    {
        using var image = await SendAsync(clients, http, HttpMethod.Get, $"/products/{id}/image?v={v ?? 0}", null, null);
        http.Response.StatusCode = (int)image.StatusCode;
        if (!image.IsSuccessStatusCode)
            return;
        http.Response.ContentType = image.Content.Headers.ContentType?.ToString();
        http.Response.Headers.CacheControl = "private, max-age=3600";
        // Opened on its own, a picture is a page of this site: it may run nothing and load nothing.
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        await image.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    private static string ImportAddress(bool? dryRun) => "/products/import" + (dryRun is true ? "?dryRun=true" : "");

    private static async Task<HttpResponseMessage> SendAsync(
        IHttpClientFactory clients, HttpContext http, HttpMethod method, string address, HttpContent? content, string? key)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await http.GetTokenAsync("access_token"));
        if (IdempotencyKey.IsValid(key))
            request.Headers.Add(IdempotencyKey.Header, key);
        try
        {
            return await clients.CreateClient(Client).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
        }
        catch (HttpRequestException away)
        {
            throw new UnavailableException("Product cannot be reached.", away);
        }
    }
}

/// <summary>The result of an import.</summary>
/// <param name="Imported">How many lines have a product now.</param>
/// <param name="Failed">The lines that have not.</param>
public sealed record ImportResult(int Imported, IReadOnlyList<ImportFailure> Failed);

/// <summary>A line that was not imported.</summary>
/// <param name="Line">Which one, from 1.</param>
/// <param name="Error">What is wrong with it.</param>
public sealed record ImportFailure(long Line, string Error);
