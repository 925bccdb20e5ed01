using Npgsql;

namespace Shop.Bench;

/// <summary>Products, orders and events by the thousand, made in the database itself.</summary>
internal static class BulkData
{
    /// <summary>Orders for each customer on average; a few have many, most have few.</summary>
    private const int OrdersPerCustomer = 20;

    // Time-ordered like those that the store makes: in an index they lie where those would lie. $1 is how many.
    private const string IdOfN = """
        (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - ($1 - n) * 10), 12, '0')
            || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || substr(md5(n::text || random()::text), 1, 15))::uuid
        """;

    /// <summary>Adds products in all categories, with stock for any run, and returns their ids.</summary>
    public static async Task<Guid[]> AddProductsAsync(NpgsqlDataSource database, int count, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            WITH shelf AS (SELECT array_agg(slug) AS slugs FROM categories),
            added AS (
                INSERT INTO products (id, slug, name, description, category, price, currency, version, image_version, created_at)
                SELECT {IdOfN}, 'bench-' || n || '-' || to_hex((random() * 1e9)::int),
                    (ARRAY['Red', 'Oak', 'Small', 'Light', 'Round', 'Old', 'Soft', 'Deep'])[1 + n % 8] || ' '
                        || (ARRAY['lamp', 'chair', 'kettle', 'tent', 'pen', 'puzzle', 'mug'])[1 + n % 7] || ' ' || n,
                    'One of many, of good make. Size ' || n % 40 || '.', slugs[1 + n % array_length(slugs, 1)],
                    5 + (n * 37::bigint % 20000) / 100.0, 'EUR', 1, 0, now()
                FROM shelf, generate_series(1, $1) AS n
                RETURNING id)
            INSERT INTO product_stock (product_id, available) SELECT id, 1000000 FROM added RETURNING product_id
            """;
        await using var session = await BulkSession.OpenAsync(database, cancellationToken);
        var ids = await session.WithoutIndexesAsync("products", () => session.IdsAsync(Sql, cancellationToken, count), cancellationToken);
        await session.VacuumAsync("products, product_stock", cancellationToken);
        return ids;
    }

    /// <summary>Adds paid orders of 1 to 3 lines, and returns the customers whose they are.</summary>
    public static async Task<Guid[]> AddOrdersAsync(NpgsqlDataSource database, int count, CancellationToken cancellationToken)
    {
        await using var session = await BulkSession.OpenAsync(database, cancellationToken);
        await session.ExecuteAsync(
            "CREATE TEMP TABLE wares AS SELECT row_number() OVER () - 1 AS i, id, name, price FROM products", cancellationToken);
        var customers = await session.WithoutIndexesAsync("orders", async () =>
        {
            await session.ExecuteAsync($"""
                INSERT INTO orders (id, customer_id, status, sequence, total, currency, payment_status, idempotency_key, request_hash, placed_at)
                SELECT {IdOfN}, md5('customer ' || floor($2 * random() * random()))::uuid, 'paid', 2, 50, 'EUR', 'paid', 'bulk-' || n,
                    sha256(n::text::bytea), now() - ($1 - n) * interval '10 ms'
                FROM generate_series(1, $1) AS n
                """, cancellationToken, count, Math.Max(1, count / OrdersPerCustomer));
            return await session.IdsAsync("SELECT DISTINCT customer_id FROM orders", cancellationToken);
        }, cancellationToken);
        await session.ExecuteAsync("""
            INSERT INTO order_items (order_id, line, product_id, name, quantity, unit_price)
            SELECT l.id, l.line, w.id, w.name, 1, w.price
            FROM (SELECT id, generate_series(1, 1 + (number % 3)::int) AS line,
                floor(random() * (SELECT count(*) FROM wares))::int AS i FROM orders) l
            JOIN wares w ON w.i = l.i
            """, cancellationToken);
        await session.ExecuteAsync("""
            INSERT INTO order_history (order_id, sequence, status, at)
            SELECT id, s, (ARRAY['pending', 'paid'])[s], placed_at FROM orders, generate_series(1, 2) AS s
            """, cancellationToken);
        await session.VacuumAsync("orders, order_items, order_history", cancellationToken);
        return customers;
    }

    /// <summary>Adds events as placing orders does, of the same size.</summary>
    public static async Task AddEventsAsync(NpgsqlDataSource database, int count, CancellationToken cancellationToken)
    {
        await using var session = await BulkSession.OpenAsync(database, cancellationToken);
        await session.ExecuteAsync($$"""
            INSERT INTO outbox (id, type, payload, trace_parent)
            SELECT {{IdOfN}}, 'order.placed.v1', json_build_object(
                'orderId', md5(n::text)::uuid, 'customerId', md5((n % 1000)::text)::uuid,
                'total', json_build_object('amount', 5 + (n * 37::bigint % 20000) / 100.0, 'currency', 'EUR'),
                'paymentToken', 'tok_visa', 'placedAt', now()),
                '00-' || md5(n::text) || '-' || substr(md5(n::text || 'span'), 1, 16) || '-01'
            FROM generate_series(1, $1) AS n
            """, cancellationToken, count);
        await session.VacuumAsync("outbox", cancellationToken);
    }
}
