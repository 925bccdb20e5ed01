using Microsoft.AspNetCore.Authorization;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Hosting;
using Shop.Web.Catalog;
using Shop.Web.Pages;
using Shop.Web.SigningIn;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddKnownHosts();
builder.AddSigningIn();
builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, OnlyPublic>();
builder.Services.AddCatalog();
builder.Services.AddRazorComponents();
builder.Services.AddErrorPages();

var app = builder.Build();
app.UsePageHeaders(Issuer.Address(builder));
app.MapDefaultEndpoints();
app.UseErrorPages();
app.UseAntiforgery();
app.MapStaticAssets().AllowAnonymous();
app.MapProductImages();
app.MapSigningIn();
app.MapRazorComponents<App>().WithMetadata(new TakesForm(FieldsRepeat: true));
app.Run();
