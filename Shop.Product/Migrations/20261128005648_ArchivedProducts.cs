using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Product.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(ProductDb))]
    [Migration("20261128005648_ArchivedProducts")]
    public sealed class ArchivedProducts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_products_archived",
                table: "products",
                column: "id",
                filter: "archived_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_products_archived",
                table: "products");
        }
    }
}
