using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Product.Migrations
{
    /// <summary>
    /// Whether a search finds anything is asked in a way whose time is known. Left to itself the server walks an index until something matches: at once for most
    /// words, and through the whole catalog for those that its beginning does not have.
    /// </summary>
    public partial class SearchPlans : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(Any);
            migrationBuilder.Sql(Term);
            migrationBuilder.Sql(Query);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(Search.Queries.Replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", StringComparison.Ordinal));
            migrationBuilder.Sql("DROP FUNCTION public.search_any, public.search_indexed;");
        }

        // A word that many products have is nearly always among the newest. For the rest there is the index of the words, and no other plan.
        private const string Any = """
            CREATE FUNCTION public.search_indexed(query tsquery) RETURNS boolean LANGUAGE plpgsql STABLE STRICT
            SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off AS $$
            BEGIN
                RETURN EXISTS (SELECT FROM public.products WHERE search @@ query AND archived_at IS NULL);
            END
            $$;
            CREATE FUNCTION public.search_any(query tsquery) RETURNS boolean LANGUAGE plpgsql STABLE STRICT AS $$
            BEGIN
                RETURN EXISTS (SELECT FROM (SELECT search FROM public.products WHERE archived_at IS NULL ORDER BY id DESC LIMIT 200) AS newest WHERE search @@ query)
                    OR public.search_indexed(query);
            END
            $$;
            """;

        // As before, but a word that is its own stem stands there once.
        private const string Term = """
            CREATE OR REPLACE FUNCTION public.search_term(word text, open boolean, weight text) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
            DECLARE
                exact text := plainto_tsquery('pg_catalog.simple', word)::text;
                stem text := plainto_tsquery('public.shop', word)::text;
                found tsquery;
            BEGIN
                IF exact = '' THEN
                    RETURN NULL;
                END IF;
                found := (regexp_replace(exact, '''(?= |$)', ''':' || weight, 'g') || CASE WHEN open THEN '*' ELSE '' END)::tsquery;
                RETURN CASE WHEN stem = exact THEN found ELSE found || regexp_replace(stem, '''(?= |$)', ''':' || weight, 'g')::tsquery END;
            END
            $$;
            """;

        // As before, with search_any.
        private const string Query = """
            CREATE OR REPLACE FUNCTION public.search_query(typed text, OUT query tsquery, OUT whole tsquery, OUT begun tsquery)
            LANGUAGE plpgsql STABLE STRICT SET enable_seqscan = off AS $$
            DECLARE
                chunks text[] := array_remove(string_to_array(regexp_replace(public.search_fold(typed), '[\x01-\x20\x7f-\xa0\u2000-\u200a\u2028-\u202f\u205f\u3000]+', ' ', 'g'), ' '), '');
                many int := cardinality(chunks);
                each tsquery[];
                part tsquery;
                wider tsquery;
            BEGIN
                FOR i IN 1 .. many LOOP
                    each[i] := public.search_chunk(chunks[i], i = many, '', false);
                    query := coalesce(query && each[i], query, each[i]);
                    part := public.search_chunk(chunks[i], false, 'A', false);
                    whole := coalesce(whole && part, whole, part);
                    part := public.search_chunk(chunks[i], i = many, 'A', false);
                    begun := coalesce(begun && part, begun, part);
                END LOOP;
                -- Nobody mistypes so many words; each costs a look.
                IF query IS NULL OR many > 8 OR public.search_any(query) THEN
                    RETURN;
                END IF;
                FOR i IN 1 .. many LOOP
                    part := each[i];
                    IF part IS NOT NULL AND NOT public.search_any(part) THEN
                        part := public.search_chunk(chunks[i], i = many, '', true);
                    END IF;
                    wider := coalesce(wider && part, wider, part);
                END LOOP;
                query := wider;
            END
            $$;
            """;
    }
}
