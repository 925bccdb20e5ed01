using Shop.Auth;
using Shop.Auth.Admin;
using Shop.Auth.Audit;
using Shop.Auth.Keys;
using Shop.Auth.Sessions;
using Shop.Auth.Tokens;
using Shop.Auth.Users;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddShopDatabase<AuthDb>("authdb");
builder.AddServerKeys();
builder.AddUsers();
builder.AddTokens();
builder.AddSessions();
builder.AddAudit();
builder.AddAdministration();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapRegistration();
app.MapAccount();
app.MapSessions();
app.MapUsers();
app.MapRoles();
app.MapAudit();
app.MapTokens();
app.Run();
