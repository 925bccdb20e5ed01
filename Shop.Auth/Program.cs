using Shop.Auth;
using Shop.Auth.Keys;
using Shop.Auth.SigningIn;
using Shop.Auth.Tokens;
using Shop.Auth.Users;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddShopDatabase<AuthDb>("authdb");
builder.AddServerKeys();
builder.AddUsers();
builder.AddTokens();
builder.AddSigningIn();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapRegistration();
app.MapAccount();
app.MapTokens();
app.MapOpenIdConnect();
app.MapSigningIn();
app.Run();
