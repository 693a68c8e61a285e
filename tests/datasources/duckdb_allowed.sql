SELECT a, count(*) FROM t GROUP BY ALL QUALIFY row_number() OVER () = 1
EXPLAIN SELECT 1
FROM t
FROM t SELECT id
FROM t SELECT id WHERE id > 3 LIMIT 2
SELECT * EXCLUDE (h) FROM t
SELECT * REPLACE (id + 1 AS id) FROM t
SELECT * RENAME (id AS x) FROM t
SELECT COLUMNS('i.*') FROM t
SELECT COLUMNS(c -> c LIKE 'i%') FROM t
SELECT COLUMNS(lambda c: c LIKE 'i%') FROM t
SELECT min(COLUMNS(*)) FROM t
SELECT t.* EXCLUDE (h) FROM t
SELECT list_transform([1, 2], x -> x + 1)
SELECT list_transform([1, 2], lambda x: x + 1)
SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1]
SELECT {'a': 1, 'b': [1, 2]} AS s, s.a
SELECT MAP {'a': 1}['a']
SELECT [1, 2, 3][1:2], 'hello'[1], 'hello'[-1]
SELECT [1,2,3][1:3:2]
SELECT * FROM t POSITIONAL JOIN t AS u
SELECT * FROM t ASOF JOIN t AS u ON t.id >= u.id
SELECT * FROM t SEMI JOIN t AS u USING (id)
SELECT * FROM t ANTI JOIN t AS u USING (id)
SELECT * FROM t USING SAMPLE 10%
SELECT * FROM t USING SAMPLE reservoir(50 ROWS) REPEATABLE (100)
SELECT * FROM t TABLESAMPLE 10%
SELECT * FROM t TABLESAMPLE bernoulli(10 PERCENT)
PIVOT t ON name IN ('n1', 'n2') USING count(*)
PIVOT t ON name USING sum(id) GROUP BY id
UNPIVOT t ON id, h INTO NAME k VALUE v
SELECT * FROM (PIVOT t ON name IN ('n1') USING count(*))
SELECT * FROM t PIVOT (count(*) FOR name IN ('n1', 'n2'))
SELECT * FROM t UNPIVOT (v FOR k IN (id, h))
SELECT * FROM t UNPIVOT INCLUDE NULLS (v FOR k IN (id, h))
DESCRIBE t
DESCRIBE SELECT * FROM t
SUMMARIZE t
SUMMARIZE SELECT id FROM t
SHOW TABLES
SHOW ALL TABLES
DESC t
SELECT * FROM (DESCRIBE t)
SELECT * FROM (SUMMARIZE t)
SELECT * FROM range(10)
SELECT * FROM generate_series(1, 10, 2) AS g(n)
SELECT unnest([1, 2, 3]), unnest({'a': 1}, recursive := true)
SELECT * FROM unnest([1, 2]) AS u(x)
SELECT range(5), generate_series(1, 3)
SELECT m(3)
SELECT id::VARCHAR, CAST(id AS DECIMAL(10, 2)), TRY_CAST(name AS INT) FROM t
SELECT date_trunc('month', DATE '2024-05-06'), date_part('year', now()), strftime(now(), '%Y'), DATE '2024-01-01' + INTERVAL 1 MONTH
SELECT DATE '2024-01-01' + INTERVAL '3 days', age(DATE '2024-01-01'), date_diff('day', DATE '2024-01-01', DATE '2024-02-01'), datediff('day', a, b)
SELECT extract('year' FROM d), d - INTERVAL (n) DAYS, to_days(3), make_date(2024, 1, 1), last_day(d), time_bucket(INTERVAL '1 week', d) FROM t
SELECT epoch_ms(1), strptime('2024', '%Y'), current_date, current_timestamp, today(), date '2024-01-01'
SELECT now() AT TIME ZONE 'Europe/Berlin'
SELECT arg_max(name, id), any_value(name), list(name ORDER BY id), string_agg(name, ', ' ORDER BY id), median(id), quantile_cont(id, 0.5), mode(name), histogram(id), approx_count_distinct(id) FROM t
SELECT first(name ORDER BY id), count_if(id > 3), bool_and(id > 0), sum(id) FILTER (WHERE id > 3), max(id, 3), percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM t
SELECT id, lag(id) OVER w, sum(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM t WINDOW w AS (PARTITION BY name ORDER BY id)
SELECT sum(id) OVER (ORDER BY d RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND CURRENT ROW) FROM t
SELECT last_value(id IGNORE NULLS) OVER (ORDER BY id) FROM t
SELECT * FROM t ORDER BY ALL DESC NULLS FIRST LIMIT 10 OFFSET 5
SELECT * FROM t LIMIT 10%
SELECT * FROM t WHERE name ILIKE '%x%' AND name NOT SIMILAR TO 'a.*' AND regexp_matches(name, '^n') AND name GLOB 'n*'
SELECT name ~ 'n.*', name ~~ 'n%', name ^@ 'n', id // 2, id ** 2, id % 2, @(-1), ~1, 1 << 2, 7 & 3 FROM t
SELECT 1_000_000, 1e3, 'a' || 'b', $$dollar$$, E'a\nb', 0x1F
SELECT json_extract(j, '$.a'), j->'a', j->>'$.b', json_extract_string(j, 'a'), j.a FROM (SELECT '{"a": 1}'::JSON AS j)
SELECT * FROM json_each('[1, 2]')
SELECT json_group_array(id), to_json({'a': 1}), json_structure('{"a": 1}'), json_keys('{}'), json_object('a', 1), json_array(1, 2) FROM t
SELECT CASE WHEN id > 1 THEN 'a' ELSE 'b' END, if(id > 1, 'a', 'b'), ifnull(name, ''), coalesce(name, 'x'), nullif(id, 0) FROM t
SELECT * FROM t WHERE id IN (SELECT max(id) FROM t) AND EXISTS (SELECT 1) AND id BETWEEN 1 AND 3 AND (id, name) IN (VALUES (1, 'a'))
SELECT * FROM t WHERE id = ANY (SELECT 1) OR id > ALL (SELECT 2)
SELECT 1 UNION ALL BY NAME SELECT 2
SELECT 1 AS a UNION BY NAME SELECT 2 AS b
SELECT 1 EXCEPT ALL SELECT 2 INTERSECT SELECT 3
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r
WITH RECURSIVE r(n) USING KEY (n) AS (SELECT 1 UNION SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r
WITH a AS MATERIALIZED (SELECT 1 AS x), b AS NOT MATERIALIZED (FROM a) SELECT * FROM b
SELECT * FROM t, LATERAL (SELECT t.id + 1) AS x(y)
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v(x, y)
VALUES (1, 2), (3, 4)
TABLE t
(SELECT 1) UNION (SELECT 2)
SELECT id AS i, i + 1 AS j FROM t WHERE i > 3
SELECT name: id FROM t
SELECT DISTINCT ON (name) name, id FROM t ORDER BY name, id
SELECT count(DISTINCT name), count(*), count() FROM t
SELECT * FROM main.t
SELECT * FROM db.main.t
SELECT * FROM "t" AS "My Table" WHERE "My Table"."id" = 1
SELECT grouping(a), a, b, count(*) FROM t GROUP BY GROUPING SETS ((a), (b), ())
SELECT a, b FROM t GROUP BY ROLLUP (a, b)
SELECT a, b FROM t GROUP BY CUBE (a, b)
SELECT struct_pack(a := 1), struct_extract({'a': 1}, 'a'), row(1, 2), list_value(1, 2), union_value(k := 1)
SELECT list_aggregate([1, 2], 'sum'), list_filter([1, 2], x -> x > 1), list_reduce([1, 2], (x, y) -> x + y), list_sort([2, 1]), array_length([1]), len([1]), list_contains([1], 1), flatten([[1]])
SELECT name.upper().lower() FROM t
SELECT id.m() FROM t
SELECT regexp_extract(name, '(\d+)', 1), regexp_replace(name, 'a', 'b', 'g'), split_part(name, '-', 1), string_split(name, ','), printf('%d', id), format('{}', id), left(name, 2), right(name, 2), substring(name, 1, 2), strlen(name), length(name), lpad(name, 5, ' '), trim(name), replace(name, 'a', 'b'), levenshtein(name, 'x'), starts_with(name, 'n'), contains(name, 'n'), concat_ws(',', name, id) FROM t
SELECT uuid(), random(), gen_random_uuid(), hash(id), md5(name), sha256(name), setseed(0.5) FROM t
SELECT version(), current_database(), current_schema(), typeof(id), pg_typeof(id) FROM t
SELECT table_name, column_name, data_type FROM information_schema.columns
SELECT * FROM information_schema.tables WHERE table_schema = 'main'
SELECT table_name, estimated_size FROM duckdb_tables()
SELECT * FROM duckdb_columns() WHERE table_name = 't'
SELECT * FROM duckdb_views()
SELECT * FROM duckdb_constraints()
SELECT * FROM duckdb_types()
SELECT * FROM pragma_table_info('t')
SELECT * FROM sqlite_master
SELECT * FROM histogram_values(t, id)
SELECT * FROM histogram(t, id)
SELECT date '2024-01-01', time '12:00', timestamp '2024-01-01 12:00:00', timestamptz '2024-01-01', interval '1' day
SELECT round(1.2345, 2), floor(1.5), ceil(1.2), sqrt(2), ln(2), log(10), pow(2, 3), abs(-1), sign(-1), greatest(1, 2), least(1, 2), trunc(1.5), isnan(1.0), pi()
SELECT bar(5, 0, 10, 20), corr(a, b), stddev(a), variance(a), regr_slope(a, b), entropy(a), kurtosis(a), skewness(a), product(a), bit_and(a), list_distinct(list(a)) FROM t
SELECT a IS DISTINCT FROM b, a IS NOT NULL, a ISNULL, a NOTNULL, NOT a FROM t
SELECT * FROM t NATURAL JOIN u LEFT JOIN v USING (id) FULL OUTER JOIN w ON w.id = t.id CROSS JOIN x
SELECT #1, #2 FROM t
SELECT * FROM t WHERE id > (SELECT avg(id) FROM t) ORDER BY 1 DESC
SELECT COLUMNS(* EXCLUDE (id)) FROM t
SELECT * LIKE 'i%' FROM t
SELECT * SIMILAR TO 'i.*' FROM t
SELECT t FROM t
SELECT unnest(s) FROM (SELECT {'a': 1} AS s)
SELECT s.* FROM (SELECT {'a': 1} AS s)
EXPLAIN FROM t
EXPLAIN SUMMARIZE t
EXPLAIN (FORMAT json) SELECT 1
SELECT 'read_csv(1)' AS "glob", id AS query FROM t
SELECT query FROM (SELECT 1 AS query)
SELECT cast('2024-01-01' AS timestamp with time zone)
SELECT '2024-01-01'::timestamp_ns, 1::hugeint, 1::utinyint, [1]::int[1], 'a'::enum('a', 'b'), {'a': 1}::struct(a bigint), map {1: 2}::map(int, varchar)
SELECT ARRAY[1, 2], array_agg(id) FROM t
SELECT ARRAY(SELECT id FROM t)
SELECT list(DISTINCT name) FILTER (name IS NOT NULL) FROM t
SELECT t1.id FROM t t1 JOIN LATERAL (SELECT id FROM t WHERE t.id = t1.id) s ON true
SELECT repeat('a', 3), * FROM repeat('x', 3)
SELECT year(d), month(d), quarter(d), dayofweek(d), dayname(d), monthname(d), week(d), isodow(d) FROM t
SELECT try(1/0), try_cast('a' as int), error('x')
SELECT * FROM table_macro(3)
SELECT * FROM query_log
SELECT * FROM read_events
