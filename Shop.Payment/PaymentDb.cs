using Microsoft.EntityFrameworkCore;
using Shop.Messaging;
using Shop.Payment.Gateways;

namespace Shop.Payment;

/// <summary>The service's database: payments, outbox and inbox, and in a schema of its own the simulated gateway's ledger.</summary>
public sealed class PaymentDb(DbContextOptions<PaymentDb> options) : DbContext(options)
{
    /// <summary>All payments.</summary>
    public DbSet<Payments.Payment> Payments => Set<Payments.Payment>();

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfiguration(new Payments.PaymentMapping());
        modelBuilder.ApplyConfiguration(new SimulatedChargeMapping());
        modelBuilder.ApplyConfiguration(new SimulatedChallengeMapping());
        modelBuilder.AddMessaging();
    }
}
