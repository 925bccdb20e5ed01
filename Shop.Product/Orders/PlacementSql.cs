namespace Shop.Product.Orders;

/// <summary>The statements of <see cref="OrderPlacement"/>.</summary>
internal static class PlacementSql
{
    /// <summary>
    /// Inserts the order with its lines, its first history entry and its event, and returns it, a row for each line. Nothing is inserted or returned
    /// when a product is unknown, archived or short, when prices are in several currencies or too much in all, or when the customer has used the key: it
    /// is no error, since that would undo what other orders have in the same transaction.
    /// </summary>
    public const string Insert = $"""
        WITH line AS (
            -- LIMIT keeps the planner from joining the whole catalog while its statistics are older than the products.
            SELECT l.line, l.product_id, l.quantity, p.name, p.price, p.currency
            FROM unnest($5, $6) WITH ORDINALITY AS l (product_id, quantity, line)
            LEFT JOIN LATERAL (
                SELECT p.name, p.price, p.currency FROM products p JOIN product_stock s ON s.product_id = p.id
                WHERE p.id = l.product_id AND p.archived_at IS NULL AND s.available >= l.quantity
                LIMIT 1) p ON true),
        placed AS (
            INSERT INTO orders (id, customer_id, status, sequence, total, currency, payment_status, idempotency_key, request_hash, placed_at)
            SELECT $1, $2, 'pending', 1, sum(price * quantity), min(currency), '{PaymentStatus.Pending}', $3, $4, now()
            FROM line HAVING count(*) = count(name) AND min(currency) = max(currency) AND sum(price * quantity) <= 9999999999.99
            ON CONFLICT DO NOTHING
            RETURNING id, number, customer_id, total, currency, placed_at),
        item AS (
            INSERT INTO order_items (order_id, line, product_id, name, quantity, unit_price)
            SELECT placed.id, line.line, line.product_id, line.name, line.quantity, line.price FROM placed, line
            RETURNING line, product_id, name, quantity, unit_price),
        entry AS (
            INSERT INTO order_history (order_id, sequence, status, at) SELECT id, 1, 'pending', placed_at FROM placed),
        event AS (
            INSERT INTO outbox (id, type, payload, trace_parent, trace_state)
            SELECT $7, $8, json_build_object(
                'orderId', id, 'customerId', customer_id, 'total', json_build_object('amount', total, 'currency', currency),
                'paymentToken', $9, 'placedAt', placed_at), $10, $11
            FROM placed)
        SELECT placed.number, placed.placed_at, placed.total, placed.currency, item.product_id, item.name, item.quantity, item.unit_price
        FROM placed, item ORDER BY item.line
        """;

    /// <summary>
    /// Takes some of a product for order $3, if that was inserted; refused by the table when there are not that many any more, since the statement above
    /// looked.
    /// </summary>
    public const string Take =
        "UPDATE product_stock SET available = available - $2 WHERE product_id = $1 AND EXISTS (SELECT FROM orders WHERE id = $3)";

    /// <summary>The lines as they are now, in the order of the request: without a name where there is no such product for sale.</summary>
    public const string Explain = """
        SELECT l.product_id, p.name, l.quantity, s.available, p.price, p.currency
        FROM unnest($1, $2) WITH ORDINALITY AS l (product_id, quantity, line)
        LEFT JOIN (products p JOIN product_stock s ON s.product_id = p.id) ON p.id = l.product_id AND p.archived_at IS NULL
        ORDER BY l.line
        """;
}
