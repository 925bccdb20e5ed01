using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Payment.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PaymentDb))]
    [Migration("20261127193203_CustomersAnswer")]
    public sealed class CustomersAnswer : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "action_url",
                table: "payments",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "challenges",
                schema: "gateway",
                columns: table => new
                {
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    id = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    amount = table.Column<decimal>(type: "numeric(12,2)", nullable: false),
                    currency = table.Column<string>(type: "char(3)", nullable: false),
                    approved = table.Column<bool>(type: "boolean", nullable: true),
                    asked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_challenges", x => x.order_id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_challenges_id",
                schema: "gateway",
                table: "challenges",
                column: "id",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "challenges",
                schema: "gateway");

            migrationBuilder.DropColumn(
                name: "action_url",
                table: "payments");
        }
    }
}
