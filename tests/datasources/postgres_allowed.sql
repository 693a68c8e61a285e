SELECT 1
TABLE books
VALUES (1, 'a'), (2, 'b')
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(n, t)
WITH a AS (SELECT 1 AS n), b AS MATERIALIZED (SELECT n FROM a) SELECT * FROM a JOIN b USING (n)
WITH a AS NOT MATERIALIZED (SELECT 1) SELECT * FROM a
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT sum(n) FROM r
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SEARCH DEPTH FIRST BY n SET o SELECT n FROM r ORDER BY o
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) CYCLE n SET c USING p SELECT n, c FROM r
SELECT 1 UNION ALL (SELECT 2 ORDER BY 1 LIMIT 1) ORDER BY 1
(SELECT 1) UNION (SELECT 2)
SELECT 1 EXCEPT ALL SELECT 2 INTERSECT ALL SELECT 3
SELECT * FROM generate_series(1, 3) AS g(n), LATERAL (SELECT n * 2) AS x
SELECT generate_series('2020-01-01'::date, '2020-03-01', '1 month')::date
SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b']) WITH ORDINALITY AS u(a, b, n)
SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS x(a, b)
SELECT a.name, b.title FROM authors a LEFT JOIN LATERAL (SELECT title FROM books WHERE author_id = a.id ORDER BY id LIMIT 1) b ON true
SELECT * FROM books b NATURAL JOIN (SELECT 1 AS id) x FULL OUTER JOIN authors a USING (id)
SELECT b.* FROM public.books AS b CROSS JOIN authors
SELECT * FROM ONLY books
SELECT * FROM books TABLESAMPLE BERNOULLI (100) REPEATABLE (1)
SELECT (b).title, (b).* FROM books b
SELECT "list price" AS "a ""b"" 🙂", title "select" FROM "books"
SELECT "a ""b"" 🙂", "select" FROM "; drop"
SELECT author_id, count(*), count(*) FILTER (WHERE "list price" > 10) FROM books GROUP BY author_id HAVING count(*) > 0 ORDER BY 2 DESC, 1 NULLS LAST LIMIT ALL
SELECT author_id, title, grouping(author_id, title), count(*) FROM books GROUP BY GROUPING SETS ((author_id), (title), ())
SELECT author_id, title, count(*) FROM books GROUP BY ROLLUP (author_id, title)
SELECT author_id, title, count(*) FROM books GROUP BY CUBE (author_id, title)
SELECT DISTINCT ON (author_id) author_id, title FROM books ORDER BY author_id, id DESC
SELECT * FROM books ORDER BY title COLLATE "C" NULLS FIRST OFFSET 1 ROWS FETCH NEXT 1 ROWS WITH TIES
SELECT rank() OVER w, lag(id, 1, 0) OVER (PARTITION BY author_id ORDER BY id), ntile(4) OVER w, first_value(id) OVER w FROM books WINDOW w AS (ORDER BY id)
SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES), sum(id) OVER (ORDER BY id GROUPS 1 PRECEDING) FROM books
SELECT sum(n) OVER (ORDER BY d RANGE BETWEEN interval '1 day' PRECEDING AND CURRENT ROW) FROM (SELECT 1 AS n, date '2020-01-01' AS d) x
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id), mode() WITHIN GROUP (ORDER BY title), percentile_disc(ARRAY[0.1, 0.9]) WITHIN GROUP (ORDER BY id) FROM books
SELECT string_agg(DISTINCT title, ', ' ORDER BY title), array_agg(id ORDER BY id DESC), any_value(id), bool_and(id > 0), every(true) FROM books
SELECT corr(id, id), regr_slope(id, id), stddev_samp(id), var_pop(id), count(DISTINCT (id, title)) FROM books
SELECT title ILIKE 'n%', title NOT ILIKE 'z', title ~* 'x', title !~ 'y', title SIMILAR TO 'N%', title LIKE ANY(ARRAY['N%']) FROM books
SELECT regexp_replace(title, 'o', '0', 'g'), regexp_split_to_array(title, 'o'), substring(title FROM 'N.*'), regexp_count(title, 'o') FROM books
SELECT r FROM books, regexp_matches(title, 'o', 'g') AS r
SELECT substring('abc' FROM 2 FOR 1), position('b' IN 'abc'), overlay('abc' PLACING 'x' FROM 1 FOR 2), trim(BOTH 'x' FROM 'xax'), trim('a'), extract(epoch FROM now())
SELECT now() - interval '1 day', date_part('year', now()), date_trunc('month', now(), 'UTC'), age(now()), date '2020-01-31' + interval '1 month', date '2020-02-01' - date '2020-01-01', make_interval(days => 3)
SELECT now() AT TIME ZONE 'utc' AT TIME ZONE 'Europe/Berlin', timestamptz '2020-01-01 00:00+02', time '10:00', current_date, localtimestamp(0), current_time, interval '1' year, interval '1 year 2 months'
SELECT extract(isodow FROM date '2020-01-01'), date_bin('15 minutes', timestamp '2020-01-01 10:20', timestamp '2001-01-01'), to_char(now(), 'YYYY-MM'), to_date('2020-01', 'YYYY-MM'), to_timestamp(0), justify_interval(interval '40 days'), clock_timestamp(), timeofday()
SELECT (date '2020-01-01', interval '1 day') OVERLAPS (date '2020-01-01', date '2020-01-03'), 2 BETWEEN SYMMETRIC 3 AND 1
SELECT '1'::int, CAST('1.5' AS numeric(10, 2)), '{1,2}'::int[], 'x'::varchar(3), CAST(1 AS double precision), NULL::text, 'books'::regclass, 'a'::name
SELECT (ARRAY[1, 2, 3])[1:2], (ARRAY[1, 2])[1], ARRAY[[1, 2], [3, 4]], ARRAY(SELECT id FROM books), 1 = ANY(ARRAY[1]), 1 > ALL(ARRAY[0]), ARRAY[1] || 2, ARRAY[1, 2] @> ARRAY[1], ARRAY[1] && ARRAY[1]
SELECT array_length(ARRAY[1], 1), cardinality(ARRAY[1]), array_position(ARRAY[1], 1), array_to_string(ARRAY[1], ','), string_to_array('a,b', ','), array_remove(ARRAY[1], 1)
SELECT '{"a": {"b": "c"}}'::jsonb -> 'a' ->> 'b', '{"a": [1]}'::json #>> '{a,0}', '{"a": 1}'::jsonb @> '{"a": 1}', '{"a": 1}'::jsonb ? 'a', '{"a": 1}'::jsonb ?| ARRAY['a'], '{"a": 1}'::jsonb @? '$.a', '{"a": 1}'::jsonb @@ '$.a == 1', '{"a": 1}'::jsonb - 'a', '[1]'::jsonb || '[2]'::jsonb
SELECT jsonb_build_object('a', 1), json_agg(b), jsonb_object_agg(id, title), to_jsonb(ARRAY[1]) FROM books b GROUP BY 4
SELECT jsonb_set('{}', '{a}', '1'), jsonb_path_query('{"a": [1, 2]}', '$.a[*]'), jsonb_typeof('1'), jsonb_pretty('{}'), row_to_json(row(1, 2))
SELECT * FROM jsonb_to_recordset('[{"a": 1}]') AS x(a int, b text)
SELECT * FROM jsonb_array_elements('[1]') AS e, jsonb_each('{"a": 1}') AS p(k, v), jsonb_object_keys('{"a": 1}')
SELECT * FROM JSON_TABLE('[{"a": 1}]'::jsonb, '$[*]' COLUMNS (a int PATH '$.a'))
SELECT json_value('{"a": 1}', '$.a'), json_query('{"a": 1}', '$.a'), json_exists('{"a": 1}', '$.a'), json_object('a': 1), json_array(1, 2)
SELECT CASE WHEN id > 1 THEN 'a' ELSE 'b' END, coalesce(NULL, 1), nullif(1, 1), greatest(1, 2), least(1, 2), id IS DISTINCT FROM 1, (id > 1) IS TRUE, title ISNULL, title IS NOT NULL FROM books
SELECT EXISTS (SELECT 1), 1 IN (SELECT 1), 1 = ANY(SELECT 1), (SELECT max(id) FROM books), (1, 2) = (1, 2), row(1, 2)
SELECT $$it's$$, $a$ $$ $a$, E'a\nb', E'it\'s', 'a\', B'101', X'1F', 1_000, 0x1F, 1e5, .5, N'x'
SELECT 7 % 2, 2 ^ 3, |/ 4, 7 & 3, 7 | 3, 7 # 3, ~7, 1 << 2, -3, div(7, 2), mod(7, 2), width_bucket(5, 0, 10, 5), round(1.55, 1), random() >= 0, trunc(1.5), sign(-1), ln(2), pi()
SELECT 1 OPERATOR(pg_catalog.+) 2
SELECT format('%s', 1), md5('a'), sha256('a'), encode('a', 'hex'), concat_ws(',', 1, 2), left('abc', 2), lpad('a', 3), split_part('a,b', ',', 1), initcap('a'), strpos('ab', 'b'), starts_with('ab', 'a'), reverse('ab'), repeat('a', 2), translate('a', 'a', 'b'), ascii('a'), chr(65), length('a'), octet_length('é'), to_hex(10), normalize('a'), quote_ident('a b')
SELECT gen_random_uuid() IS NOT NULL, uuidv7() IS NOT NULL, 'x' IS NFC NORMALIZED
SELECT to_tsvector('english', 'a cat') @@ to_tsquery('cat'), ts_rank(to_tsvector('cat'), to_tsquery('cat')), ts_headline('a cat', to_tsquery('cat')), plainto_tsquery('a cat'), websearch_to_tsquery('a cat')
SELECT int4range(1, 5) @> 3, daterange('2020-01-01', '2021-01-01') && daterange('2020-02-01', '2021-01-01'), '[1,3)'::int4range, lower(int4range(1, 5))
SELECT '192.168.0.0/16'::inet >> '192.168.1.1'::inet, host('::1'::inet), point(1, 2) <-> point(3, 4), '((0,0),(1,1))'::box
SELECT current_user, session_user, current_catalog, current_schema, version(), current_database(), current_schemas(true)
SELECT pg_typeof(1), pg_size_pretty(pg_total_relation_size('books')), pg_column_size(1), pg_get_viewdef(c.oid) FROM pg_class c WHERE relkind = 'v' AND relnamespace = 'information_schema'::regnamespace LIMIT 1
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid WHERE c.relname = 'books' AND a.attnum > 0
SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'
SELECT tablename FROM pg_tables WHERE schemaname = 'public'
SELECT relname, n_live_tup FROM pg_stat_user_tables
SELECT obj_description('books'::regclass), col_description('books'::regclass, 1), has_table_privilege('books', 'SELECT')
SELECT title FROM books WHERE title = 'DELETE FROM books; COMMIT' -- DROP TABLE books
SELECT 1 /* a /* nested */ comment */
EXPLAIN SELECT 1
EXPLAIN VERBOSE SELECT 1
EXPLAIN (FORMAT JSON) SELECT * FROM books
EXPLAIN (COSTS OFF, VERBOSE, FORMAT YAML) SELECT * FROM books
/* why */ EXPLAIN (SETTINGS) SELECT 1
EXPLAIN WITH a AS (SELECT 1) SELECT * FROM a
