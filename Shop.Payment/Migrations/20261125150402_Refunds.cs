using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Payment.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PaymentDb))]
    [Migration("20261125150402_Refunds")]
    public sealed class Refunds : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "ask_at",
                table: "payments",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "cancelled_at",
                table: "payments",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "refund_calls",
                schema: "gateway",
                table: "charges",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "refunded_at",
                schema: "gateway",
                table: "charges",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_payments_ask_at",
                table: "payments",
                column: "ask_at",
                filter: "ask_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_payments_ask_at",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "ask_at",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "cancelled_at",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "refund_calls",
                schema: "gateway",
                table: "charges");

            migrationBuilder.DropColumn(
                name: "refunded_at",
                schema: "gateway",
                table: "charges");
        }
    }
}
