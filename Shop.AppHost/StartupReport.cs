using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.AppHost;

/// <summary>Reports the progress of the start on the console: a row for each state that a resource reaches, a table and the addresses at the end.</summary>
public static class StartupReportExtensions
{
    /// <summary>Reports until every resource is healthy; then prints <c>Shop is up</c> and the addresses of the store and the dashboard.</summary>
    public static IDistributedApplicationBuilder ReportStartup(
        this IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> storefront, IResourceBuilder<ParameterResource> adminEmail)
    {
        new StartupReport(builder, storefront.Resource, adminEmail.Resource).Watch(builder);
        return builder;
    }
}

internal sealed class StartupReport(IDistributedApplicationBuilder builder, IResource storefront, ParameterResource adminEmail) : ResourceWatcher
{
    private static readonly string[] Unremarkable = ["declared", KnownResourceStates.Starting, KnownResourceStates.Waiting];

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private List<string> _expected = [];
    private readonly Dictionary<string, ResourceEvent> _latest = [];

    protected override async Task<bool> OnChangeAsync(ResourceEvent change, IServiceProvider services, CancellationToken cancellationToken)
    {
        // Read late, because tests remove resources. Without what Aspire adds for itself, and what is started by hand.
        if (_expected is [])
        {
            _expected = [.. builder.Resources.Where(resource => resource is (ProjectResource or IResourceWithConnectionString) and not ParameterResource
                && !resource.Annotations.OfType<ExplicitStartupAnnotation>().Any()).Select(resource => resource.Name)];
        }

        if (!_expected.Contains(change.Resource.Name) || change.Snapshot.IsHidden)
            return true;

        var before = _latest.GetValueOrDefault(change.ResourceId);
        _latest[change.ResourceId] = change;
        if (before is null || Describe(before) != Describe(change))
            ReportRow(change);
        if (!_latest.Values.All(IsUp) || _latest.Values.Select(up => up.Resource.Name).Distinct().Count() < _expected.Count)
            return true;

        await ReportUpAsync(cancellationToken);
        return false;
    }

    private static bool IsUp(ResourceEvent change) =>
        change.Snapshot.State?.Text == KnownResourceStates.Running && change.Snapshot.HealthStatus is null or HealthStatus.Healthy;

    private void ReportRow(ResourceEvent change)
    {
        var state = Describe(change);
        if (!Unremarkable.Contains(state))
            Console.WriteLine($"  {_clock.Elapsed.TotalSeconds,5:0.0} s  {change.Resource.Name,-12}{state}");
    }

    private async Task ReportUpAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine();
        Console.WriteLine($"  {"resource",-12}{"state",-12}url");
        foreach (var change in _latest.Values.OrderBy(change => _expected.IndexOf(change.Resource.Name)))
            Console.WriteLine($"  {change.Resource.Name,-12}{Describe(change),-12}{Urls(change)}");

        if (_latest.Values.FirstOrDefault(change => change.Resource == storefront) is { } shop)
        {
            Console.WriteLine();
            Console.WriteLine(
                $"Sign in as {await adminEmail.GetValueAsync(cancellationToken)}; its password: dotnet user-secrets list --project Shop.AppHost");
            Console.WriteLine($"Shop is up  {Urls(shop)}{Dashboard()}");
        }
    }

    // With the login token. Empty without a dashboard, as in tests.
    private string Dashboard() =>
        builder.Configuration["AppHost:BrowserToken"] is { Length: > 0 } token && builder.Configuration["ASPNETCORE_URLS"]?.Split(';')[0] is { Length: > 0 } url
            ? $"  dashboard: {url}/login?t={token}"
            : "";

    private static string Describe(ResourceEvent change) => change.Snapshot switch
    {
        { State.Text: var state } when state == KnownResourceStates.Running => IsUp(change) ? "healthy" : "running",
        { State.Text: var state, ExitCode: { } code } => $"{state} (exit code {code})",
        { State.Text: var state } => string.IsNullOrEmpty(state) ? "declared" : state,
        _ => "declared",
    };

    // The first of each endpoint: the others are links into it.
    private static string Urls(ResourceEvent change) =>
        string.Join("  ", change.Snapshot.Urls.Where(url => !url.IsInternal).DistinctBy(url => url.Name).Select(url => url.Url));
}
