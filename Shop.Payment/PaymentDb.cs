using Microsoft.EntityFrameworkCore;
using Shop.Messaging;
using Shop.Payment.Gateways;

namespace Shop.Payment;

/// <summary>The service's database: payments, outbox and inbox, and in a schema of its own the simulated gateway's ledger.</summary>
public sealed class PaymentDb(DbContextOptions<PaymentDb> options) : DbContext(options)
{
    /// <summary>All payments.</summary>
    public DbSet<Payments.Payment> Payments => Set<Payments.Payment>();

    /// <summary>All refunds.</summary>
    public DbSet<Payments.PaymentRefund> Refunds => Set<Payments.PaymentRefund>();

    /// <summary>All calls to the gateway.</summary>
    public DbSet<Payments.GatewayCall> GatewayCalls => Set<Payments.GatewayCall>();

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfiguration(new Payments.PaymentMapping());
        modelBuilder.ApplyConfiguration(new Payments.RefundMapping());
        modelBuilder.ApplyConfiguration(new Payments.GatewayCallMapping());
        modelBuilder.ApplyConfiguration(new SimulatedChargeMapping());
        modelBuilder.ApplyConfiguration(new SimulatedRefundMapping());
        modelBuilder.ApplyConfiguration(new SimulatedChallengeMapping());
        modelBuilder.AddMessaging();
    }
}
