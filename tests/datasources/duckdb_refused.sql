COPY t TO 'x.csv'
COPY (SELECT 1) TO '/tmp/x'
COPY t FROM 'x.csv'
EXPORT DATABASE 'x'
IMPORT DATABASE 'x'
INSTALL httpfs
FORCE INSTALL httpfs
LOAD httpfs
ATTACH 'x.db'
ATTACH 'x.db' AS y (READ_ONLY)
ATTACH IF NOT EXISTS 'x.db'
DETACH x
USE x
PRAGMA version
PRAGMA table_info('t')
PRAGMA enable_profiling
CALL pragma_version()
CALL enable_logging()
SET threads = 4
SET VARIABLE x = 1
RESET threads
CHECKPOINT
FORCE CHECKPOINT
VACUUM
ANALYZE
BEGIN
COMMIT
PREPARE p AS SELECT 1
EXECUTE p
EXECUTE p(1)
DEALLOCATE p
CREATE TABLE x AS SELECT 1
CREATE TEMP TABLE x AS SELECT 1
CREATE OR REPLACE TEMP VIEW x AS SELECT 1
CREATE MACRO f(a) AS a
CREATE TYPE x AS ENUM ('a')
CREATE SECRET (TYPE s3)
CREATE SEQUENCE s
INSERT INTO t VALUES (1)
INSERT OR REPLACE INTO t VALUES (1)
UPDATE t SET id = 1
DELETE FROM t
TRUNCATE t
MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE
DROP TABLE t
ALTER TABLE t ADD COLUMN x INT
COMMENT ON TABLE t IS 'x'
WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x
WITH x AS (INSERT INTO t VALUES (1) RETURNING *) FROM x
EXPLAIN ANALYZE SELECT 1
EXPLAIN (ANALYZE) SELECT 1
EXPLAIN (ANALYZE, FORMAT json) SELECT 1
EXPLAIN DELETE FROM t
EXPLAIN COPY t TO 'x'
DESCRIBE DELETE FROM t
SHOW DATABASES
SHOW VARIABLES
SELECT 1; DROP TABLE t
FROM t; FROM u
PIVOT t ON name; DROP TABLE t
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM read_csv_auto(['/etc/passwd'])
SELECT * FROM "read_csv"('/etc/passwd')
FROM read_text('/etc/passwd')
FROM read_blob('/etc/passwd')
FROM read_parquet('x.parquet')
FROM parquet_scan('x.parquet')
FROM parquet_metadata('x.parquet')
FROM read_json('x.json')
FROM read_json_objects('x.json')
FROM read_ndjson('x.json')
FROM read_duckdb('x.db')
FROM sniff_csv('x.csv')
FROM glob('*')
FROM sqlite_scan('x.db', 't')
FROM postgres_scan('host=x', 'public', 't')
FROM arrow_scan(1, 2, 3)
FROM pandas_scan(1)
FROM python_map_function(1)
FROM query('DROP TABLE t')
FROM query_table(['t'])
FROM "query"('FROM t')
FROM main.query('FROM t')
FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))
FROM duckdb_settings()
FROM duckdb_secrets()
FROM duckdb_databases()
FROM duckdb_databases
FROM duckdb_logs
FROM pragma_database_list
FROM pg_settings
FROM duckdb_extensions()
FROM duckdb_temporary_files()
FROM which_secret('s3://x', 's3')
FROM enable_profiling()
FROM enable_logging()
FROM checkpoint()
FROM force_checkpoint()
FROM truncate_duckdb_logs()
FROM register_external_resource(1)
FROM add_grammar_extension('x')
SELECT getenv('HOME')
SELECT 'HOME'.getenv()
SELECT "getenv" ('HOME')
SELECT getenv/**/('HOME')
SELECT list_transform(['HOME'], x -> getenv(x))
SELECT list_transform(['HOME'], lambda x: getenv(x))
SELECT [getenv(x) FOR x IN ['HOME']]
SELECT current_setting('secret_directory')
SELECT nextval('s')
SELECT write_log('x')
SELECT sleep_ms(60000)
SELECT pg_sleep(60)
SELECT (SELECT count(*) FROM read_csv('x.csv'))
SELECT * FROM t WHERE id IN (FROM read_csv('x.csv'))
SELECT * FROM t POSITIONAL JOIN read_csv('x.csv')
SELECT * FROM t, LATERAL (FROM read_csv('x.csv'))
SELECT * FROM 'x.csv'
FROM 'x.csv'
FROM 'x.csv' SELECT a
FROM "x.csv"
FROM "X.CSV" AS t(a)
FROM '/tmp/x.parquet'
FROM 'data/*.parquet'
FROM 'x.csv.gz'
FROM 'x.json'
FROM 'x.duckdb'
FROM 'https://example.org/x.csv'
FROM 's3://bucket/x'
FROM main."x.csv"
SELECT * FROM t JOIN 'x.csv' ON true
SELECT * FROM t, 'x.csv'
SELECT (SELECT a FROM 'x.csv')
WITH x AS (FROM 'x.csv') FROM x
PIVOT 'x.csv' ON a
PIVOT (FROM 'x.csv') ON a
UNPIVOT 'x.csv' ON a
DESCRIBE 'x.csv'
SUMMARIZE 'x.csv'
SUMMARIZE TABLE 'x.csv'
DESCRIBE FROM read_csv('x.csv')
FROM (SUMMARIZE 'x.csv')
VALUES ((SELECT a FROM 'x.csv'))
SELECT 1 UNION ALL FROM 'x.csv'
