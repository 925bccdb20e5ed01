using Microsoft.Extensions.Hosting;
using Shop.ServiceDefaults;
using Shop.Shoppers;

var builder = Host.CreateApplicationBuilder(args);
builder.AddServiceDefaults();
builder.AddShoppers();
builder.Build().Run();
