using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Payment.Migrations
{
    /// <inheritdoc />
    public partial class PartialRefunds : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<decimal>(
                name: "refunded",
                table: "payments",
                type: "numeric(12,2)",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddColumn<decimal>(
                name: "refunding",
                table: "payments",
                type: "numeric(12,2)",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddColumn<decimal>(
                name: "refunded",
                schema: "gateway",
                table: "charges",
                type: "numeric(12,2)",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.CreateTable(
                name: "gateway_calls",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    amount = table.Column<decimal>(type: "numeric(12,2)", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    answer = table.Column<string>(type: "text", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: true),
                    answered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_gateway_calls", x => new { x.order_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "refunds",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    amount = table.Column<decimal>(type: "numeric(12,2)", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    note = table.Column<string>(type: "text", nullable: true),
                    refusal = table.Column<string>(type: "text", nullable: true),
                    key = table.Column<string>(type: "text", nullable: true),
                    requested = table.Column<decimal>(type: "numeric(12,2)", nullable: true),
                    author = table.Column<Guid>(type: "uuid", nullable: true),
                    ask_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    asked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    settled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payment_refunds", x => x.id);
                    table.CheckConstraint("ck_refunds_amount", "amount > 0");
                    table.ForeignKey(
                        name: "fk_refunds_payments_order_id",
                        column: x => x.order_id,
                        principalTable: "payments",
                        principalColumn: "order_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "refunds",
                schema: "gateway",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    amount = table.Column<decimal>(type: "numeric(12,2)", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_refunds", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_payments_refund_refused",
                table: "payments",
                columns: new[] { "created_at", "order_id" },
                filter: "reason = 'refund_refused'");

            migrationBuilder.AddCheckConstraint(
                name: "ck_payments_refunded",
                table: "payments",
                sql: "refunded >= 0 AND refunding >= 0 AND refunded + refunding <= amount");

            migrationBuilder.AddCheckConstraint(
                name: "ck_charges_refunded",
                schema: "gateway",
                table: "charges",
                sql: "refunded BETWEEN 0 AND amount");

            migrationBuilder.CreateIndex(
                name: "ix_refunds_ask_at",
                table: "refunds",
                column: "ask_at",
                filter: "ask_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ux_refunds_order_id_key",
                table: "refunds",
                columns: new[] { "order_id", "key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_refunds_order_id",
                schema: "gateway",
                table: "refunds",
                column: "order_id");

            // Until now a payment had one refund, of all, whose key at the gateway was the order's id.
            migrationBuilder.Sql("""
                INSERT INTO refunds (id, order_id, amount, status, reason, ask_at, attempts, asked_at, settled_at)
                SELECT order_id, order_id, amount, CASE status WHEN 'refunding' THEN 'asked' ELSE 'refunded' END, coalesce(reason, ''),
                    CASE status WHEN 'refunding' THEN coalesce(ask_at, now()) END, 0, updated_at, CASE status WHEN 'refunded' THEN updated_at END
                FROM payments WHERE status IN ('refunding', 'refunded');
                UPDATE payments SET refunding = amount, ask_at = NULL WHERE status = 'refunding';
                UPDATE payments SET refunded = amount WHERE status = 'refunded';
                INSERT INTO gateway.refunds (id, order_id, amount, at) SELECT order_id, order_id, amount, refunded_at FROM gateway.charges WHERE refunded_at IS NOT NULL;
                UPDATE gateway.charges SET refunded = amount WHERE refunded_at IS NOT NULL;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "gateway_calls");

            migrationBuilder.DropTable(
                name: "refunds");

            migrationBuilder.DropTable(
                name: "refunds",
                schema: "gateway");

            migrationBuilder.DropIndex(
                name: "ix_payments_refund_refused",
                table: "payments");

            migrationBuilder.DropCheckConstraint(
                name: "ck_payments_refunded",
                table: "payments");

            migrationBuilder.DropCheckConstraint(
                name: "ck_charges_refunded",
                schema: "gateway",
                table: "charges");

            migrationBuilder.DropColumn(
                name: "refunded",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "refunding",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "refunded",
                schema: "gateway",
                table: "charges");
        }
    }
}
