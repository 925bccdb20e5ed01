using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.Messaging;
using Shop.Messaging.Broker;
using Shop.Messaging.Contracts;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Audit;

internal static class AuditExtensions
{
    /// <summary>
    /// Records what happens here and what other services report. Signing in does not need the broker, so its absence only degrades Auth's health.
    /// </summary>
    public static void AddAudit(this WebApplicationBuilder builder)
    {
        builder.AddMessaging(
            "messaging", messaging => messaging.Consume(Topology.AuthAudit).Handle<AuditRecorded, AuditRecordedHandler>(), HealthStatus.Degraded);
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<AuditTrail>();
        // Replaces the AuditLog that sends events here: this service writes its own straight to the table.
        builder.Services.AddSingleton<AuditLog>(services => services.GetRequiredService<AuditTrail>());
        builder.Services.AddScoped<AuditedTransaction>();
        builder.Services.AddOptions<AuditOptions>().BindConfiguration("Audit").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHostedService<AuditPruning>();
    }
}
