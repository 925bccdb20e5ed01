using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Product.Migrations
{
    /// <summary>
    /// Tells every replica what has changed in the catalog. Of the stock only when a product sells out or comes back: each transaction that notifies commits
    /// alone, and orders change the stock hundreds of times a second.
    /// </summary>
    [DbContext(typeof(ProductDb))]
    [Migration("20261127153000_CatalogNotifications")]
    public sealed class CatalogNotifications : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            CREATE FUNCTION public.catalog_changed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_LEVEL = 'ROW' THEN
                    PERFORM pg_notify('catalog_changes', NEW.product_id::text);
                ELSE
                    PERFORM pg_notify('catalog_changes', '');
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER catalog_changed AFTER INSERT OR UPDATE OR DELETE ON products FOR EACH STATEMENT EXECUTE FUNCTION public.catalog_changed();
            CREATE TRIGGER catalog_changed AFTER INSERT OR UPDATE OR DELETE ON categories FOR EACH STATEMENT EXECUTE FUNCTION public.catalog_changed();
            CREATE TRIGGER catalog_changed AFTER UPDATE ON product_stock FOR EACH ROW
                WHEN ((OLD.available > 0) IS DISTINCT FROM (NEW.available > 0)) EXECUTE FUNCTION public.catalog_changed();
            """);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP FUNCTION public.catalog_changed CASCADE;");
    }
}
