using Microsoft.AspNetCore.Authorization;
using Shop.ServiceDefaults;
using Shop.Web.Catalog;
using Shop.Web.Pages;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddShopAuthorization();
builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, OnlyPublic>();
builder.Services.AddCatalog();
builder.Services.AddRazorComponents();

var app = builder.Build();
app.UsePageHeaders();
app.MapDefaultEndpoints();
app.UseErrorPages();
app.UseAntiforgery();
app.MapStaticAssets().AllowAnonymous();
app.MapProductImages();
app.MapRazorComponents<App>().AlsoForHead();
app.Run();
