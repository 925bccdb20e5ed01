using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Product.Migrations
{
    /// <summary>
    /// Search as people type, and names in the order in which people look for them. Everything is of the schema public and says so, since a dump is
    /// restored without a search path.
    /// </summary>
    [DbContext(typeof(ProductDb))]
    [Migration("20261127111913_Search")]
    public sealed class Search : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(Prerequisites);
            migrationBuilder.Sql(Documents);
            migrationBuilder.Sql(Terms);
            migrationBuilder.Sql(Queries);
            // The index of the column goes with it. What people have typed until now is trimmed and put together, as the service does from now on.
            migrationBuilder.Sql("""
                ALTER TABLE products DROP COLUMN search;
                UPDATE products SET name = normalize(btrim(name), NFC) WHERE name <> normalize(btrim(name), NFC) AND btrim(name) <> '';
                ALTER TABLE products ALTER COLUMN name TYPE character varying(200) COLLATE public.shop_names,
                    ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (public.search_document(name, description)) STORED;
                CREATE INDEX ix_products_search ON products USING gin (search);
                INSERT INTO public.search_terms (term) SELECT DISTINCT l COLLATE "C" FROM products, unnest(tsvector_to_array(search)) AS l
                    WHERE length(l) <= 64 AND l !~ '^[0-9]+$';
                CREATE TRIGGER search_learn_new AFTER INSERT ON products REFERENCING NEW TABLE AS added
                    FOR EACH STATEMENT EXECUTE FUNCTION public.search_learn();
                CREATE TRIGGER search_learn_changed AFTER UPDATE ON products REFERENCING NEW TABLE AS added
                    FOR EACH STATEMENT EXECUTE FUNCTION public.search_learn();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            DROP TRIGGER search_learn_new ON products;
            DROP TRIGGER search_learn_changed ON products;
            ALTER TABLE products DROP COLUMN search;
            ALTER TABLE products ALTER COLUMN name TYPE character varying(200) COLLATE "default",
                ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', name || ' ' || description)) STORED;
            CREATE INDEX ix_products_search ON products USING gin (search);
            DROP FUNCTION public.search_query, public.search_chunk, public.search_alike, public.search_term, public.search_learn;
            DROP TABLE public.search_terms;
            DROP FUNCTION public.search_near, public.search_document, public.search_vector, public.search_join, public.search_split, public.search_fold;
            DROP COLLATION public.shop_names;
            DROP TEXT SEARCH CONFIGURATION public.shop;
            DROP TEXT SEARCH DICTIONARY public.shop_stem;
            """);

        // Both extensions come with PostgreSQL's own packages and may be made by the owner of a database. No word is left out: of "The Who" much would be.
        private const string Prerequisites = """
            CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
            CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
            CREATE TEXT SEARCH DICTIONARY public.shop_stem (TEMPLATE = pg_catalog.snowball, LANGUAGE = english);
            CREATE TEXT SEARCH CONFIGURATION public.shop (COPY = pg_catalog.simple);
            ALTER TEXT SEARCH CONFIGURATION public.shop ALTER MAPPING FOR asciiword, word, numword WITH public.shop_stem;
            DO $do$
            BEGIN
                IF EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') THEN
                    CREATE COLLATION public.shop_names (provider = icu, locale = 'und');
                ELSE
                    CREATE COLLATION public.shop_names FROM "C";
                END IF;
            END
            $do$;
            """;

        // Folded: no accents, no capitals, no letters of another width; a sigma is a sigma. Split: at whatever is no letter or digit, given as ranges, so
        // that no locale has a say. Joined: T-Shirt is a tshirt, too. Each word stands there as it is and as its stem.
        private const string Documents = """
            CREATE FUNCTION public.search_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
                SELECT replace(lower(CASE WHEN octet_length($1) = length($1) THEN $1 ELSE
                    public.unaccent('public.unaccent'::regdictionary, normalize(
                        regexp_replace(normalize($1, NFKD), '[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+', '', 'g'), NFC))
                    END COLLATE public.shop_names), E'\u03c2', E'\u03c3')
            $$;
            CREATE FUNCTION public.search_split(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
                SELECT regexp_replace($1, '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\xbf\xd7\xf7\u2000-\u2bff\u2e00-\u2e7f\u3000-\u303f]+', ' ', 'g')
            $$;
            CREATE FUNCTION public.search_join(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
                SELECT regexp_replace($1, '[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e\xa1-\xbf\xd7\xf7\u2010-\u2027\u2030-\u205e\u2070-\u2bff\u2e00-\u2e7f\u3001-\u303f]+', '', 'g')
            $$;
            CREATE FUNCTION public.search_vector(text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
            DECLARE
                folded text := public.search_fold($1);
                words text := public.search_split(folded);
            BEGIN
                IF words <> folded THEN
                    words := words || ' ' || public.search_join(folded);
                END IF;
                RETURN to_tsvector('pg_catalog.simple', words) || to_tsvector('public.shop', words);
            END
            $$;
            CREATE FUNCTION public.search_document(name text, description text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
                SELECT setweight(public.search_vector(name), 'A') || setweight(public.search_vector(description), 'D')
            $$;
            """;

        // All words of all products, ever. Near: the word, and it without each of its letters in turn: two words share one of these when one letter of
        // them is wrong, missing, too many, or in the place of its neighbour.
        private const string Terms = """
            CREATE FUNCTION public.search_near(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
                SELECT CASE WHEN length($1) BETWEEN 3 AND 24 AND $1 !~ '[0-9]' THEN
                    ARRAY(SELECT $1 UNION SELECT left($1, n) || substr($1, n + 2) FROM generate_series(0, length($1) - 1) AS n) END
            $$;
            CREATE TABLE public.search_terms (
                term text COLLATE "C" CONSTRAINT pk_search_terms PRIMARY KEY,
                near text[] COLLATE "C" GENERATED ALWAYS AS (public.search_near(term)) STORED);
            CREATE INDEX ix_search_terms_near ON public.search_terms USING gin (near);
            CREATE INDEX ix_search_terms_part ON public.search_terms USING gin (term public.gin_trgm_ops);
            CREATE FUNCTION public.search_learn() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                -- In order, so that two who learn the same words do not wait for each other.
                INSERT INTO public.search_terms (term)
                SELECT DISTINCT l COLLATE "C" FROM added, unnest(tsvector_to_array(added.search)) AS l
                WHERE length(l) <= 64 AND l !~ '^[0-9]+$' AND NOT EXISTS (SELECT FROM public.search_terms WHERE term = l)
                ORDER BY 1 ON CONFLICT DO NOTHING;
                RETURN NULL;
            END
            $$;
            """;

        // A word finds itself, what begins with it if it is the last one (open), and its other forms; T-Shirt finds t and shirt, or tshirt. Only where
        // that finds no product for sale, words that no product has stand for those that are nearly alike or have them inside.
        internal const string Queries = """
            CREATE FUNCTION public.search_term(word text, open boolean, weight text) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
            DECLARE
                exact text := plainto_tsquery('pg_catalog.simple', word)::text;
                stem text := plainto_tsquery('public.shop', word)::text;
            BEGIN
                IF exact = '' THEN
                    RETURN NULL;
                END IF;
                RETURN (regexp_replace(exact, '''(?= |$)', ''':' || weight, 'g') || CASE WHEN open THEN '*' ELSE '' END)::tsquery
                    || regexp_replace(stem, '''(?= |$)', ''':' || weight, 'g')::tsquery;
            END
            $$;
            CREATE FUNCTION public.search_alike(word text) RETURNS tsquery LANGUAGE plpgsql STABLE STRICT AS $$
            DECLARE
                variants text[] := public.search_near(word) || public.search_near((ts_lexize('public.shop_stem', word))[1]);
            BEGIN
                RETURN (SELECT string_agg(quote_literal(alike.term), ' | ') FROM (
                    (SELECT t.term FROM public.search_terms t WHERE t.near && variants LIMIT 50)
                    UNION
                    (SELECT t.term FROM public.search_terms t
                     WHERE t.term LIKE '%' || word || '%' AND (length(word) > 2 OR octet_length(word) > length(word)) LIMIT 50)) AS alike)::tsquery;
            END
            $$;
            CREATE FUNCTION public.search_chunk(chunk text, open boolean, weight text, wide boolean) RETURNS tsquery LANGUAGE plpgsql STABLE STRICT AS $$
            DECLARE
                parts text[] := array_remove(string_to_array(public.search_split(chunk), ' '), '');
                part tsquery;
                found tsquery;
            BEGIN
                FOR i IN 1 .. cardinality(parts) LOOP
                    part := public.search_term(parts[i], open AND i = cardinality(parts), weight);
                    IF wide THEN
                        part := coalesce(part || public.search_alike(parts[i]), part);
                    END IF;
                    found := coalesce(found && part, found, part);
                END LOOP;
                IF cardinality(parts) > 1 THEN
                    part := public.search_term(array_to_string(parts, ''), open, weight);
                    IF wide THEN
                        part := coalesce(part || public.search_alike(array_to_string(parts, '')), part);
                    END IF;
                    found := coalesce(found || part, found, part);
                END IF;
                RETURN found;
            END
            $$;
            -- query: what to look for; whole, begun: whether the name has the words, or the words and what begins with the last one.
            CREATE FUNCTION public.search_query(typed text, OUT query tsquery, OUT whole tsquery, OUT begun tsquery)
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
                IF query IS NULL OR many > 8 OR EXISTS (SELECT FROM public.products WHERE search @@ query AND archived_at IS NULL) THEN
                    RETURN;
                END IF;
                FOR i IN 1 .. many LOOP
                    part := each[i];
                    IF part IS NOT NULL AND NOT EXISTS (SELECT FROM public.products WHERE search @@ part AND archived_at IS NULL) THEN
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
