using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Auth.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(AuthDb))]
    [Migration("20261125192656_Accounts")]
    public sealed class Accounts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_tokens_authorization_id",
                table: "tokens");

            migrationBuilder.AddColumn<string>(
                name: "normalized_display_name",
                table: "users",
                type: "character varying(100)",
                maxLength: 100,
                nullable: true);
            migrationBuilder.Sql("UPDATE users SET normalized_display_name = left(upper(display_name), 100) WHERE display_name IS NOT NULL");

            migrationBuilder.CreateTable(
                name: "audit",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: true),
                    actor_email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: true),
                    action = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    outcome = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    subject = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    ip = table.Column<string>(type: "character varying(45)", maxLength: 45, nullable: true),
                    user_agent = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    detail = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_users_normalized_display_name_id",
                table: "users",
                columns: new[] { "normalized_display_name", "id" })
                .Annotation("Relational:Collation", new[] { "C" });

            migrationBuilder.CreateIndex(
                name: "ix_users_normalized_email_id",
                table: "users",
                columns: new[] { "normalized_email", "id" })
                .Annotation("Relational:Collation", new[] { "C" });

            migrationBuilder.CreateIndex(
                name: "ix_tokens_authorization_id_creation_date",
                table: "tokens",
                columns: new[] { "authorization_id", "creation_date" });

            migrationBuilder.CreateIndex(
                name: "ix_authorizations_subject_creation_date_id",
                table: "authorizations",
                columns: new[] { "subject", "creation_date", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_action_at_id",
                table: "audit",
                columns: new[] { "action", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_actor_email_at_id",
                table: "audit",
                columns: new[] { "actor_email", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_actor_id_at_id",
                table: "audit",
                columns: new[] { "actor_id", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_at_id",
                table: "audit",
                columns: new[] { "at", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "audit");

            migrationBuilder.DropIndex(
                name: "ix_users_normalized_display_name_id",
                table: "users");

            migrationBuilder.DropIndex(
                name: "ix_users_normalized_email_id",
                table: "users");

            migrationBuilder.DropIndex(
                name: "ix_tokens_authorization_id_creation_date",
                table: "tokens");

            migrationBuilder.DropIndex(
                name: "ix_authorizations_subject_creation_date_id",
                table: "authorizations");

            migrationBuilder.DropColumn(
                name: "normalized_display_name",
                table: "users");

            migrationBuilder.CreateIndex(
                name: "ix_tokens_authorization_id",
                table: "tokens",
                column: "authorization_id");
        }
    }
}
