using Shop.Auth;
using Shop.Auth.Keys;
using Shop.Auth.Tokens;
using Shop.Auth.Users;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddShopDatabase<AuthDb>("authdb");
builder.AddServerKeys();
builder.AddUsers();
builder.AddTokens();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapRegistration();
app.MapAccount();
app.MapTokens();
app.Run();
