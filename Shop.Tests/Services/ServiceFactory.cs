using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests.Services;

/// <summary>Hosts one service inside the test process, its Program.cs as it is, with the given settings.</summary>
/// <typeparam name="TEntryPoint">Any public type of the service's assembly; its DbContext, say. (Program is ambiguous: each service has one.)</typeparam>
public sealed class ServiceFactory<TEntryPoint>(params (string Key, string Value)[] settings) : WebApplicationFactory<TEntryPoint>
    where TEntryPoint : class
{
    /// <summary>Puts something of the test's in the place of a service; nothing unless it is set.</summary>
    public Action<IServiceCollection> Replace { get; init; } = _ => { };

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.ConfigureTestServices(Replace);
        foreach (var (key, value) in settings)
            builder.UseSetting(key, value);
    }
}
