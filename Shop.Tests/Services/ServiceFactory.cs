using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Shop.Tests.Services;

/// <summary>Hosts one service inside the test process, its Program.cs as it is, with the given settings.</summary>
/// <typeparam name="TEntryPoint">Any public type of the service's assembly; its DbContext, say. (Program is ambiguous: each service has one.)</typeparam>
public sealed class ServiceFactory<TEntryPoint>(params (string Key, string Value)[] settings) : WebApplicationFactory<TEntryPoint>
    where TEntryPoint : class
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in settings)
        {
            builder.UseSetting(key, value);
        }
    }
}
