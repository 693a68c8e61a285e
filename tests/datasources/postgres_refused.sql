TABLE pg_authid
TABLE pg_shadow
SELECT * FROM pg_shadow
SELECT * FROM "pg_authid"
SELECT * FROM pg_catalog."pg_authid"
SELECT * FROM ONLY pg_authid
SELECT * FROM (pg_authid)
SELECT * FROM pg_authid a JOIN t ON true
SELECT * FROM (pg_authid CROSS JOIN t)
SELECT pg_authid FROM pg_authid
SELECT EXISTS (TABLE pg_authid)
WITH a AS (TABLE pg_authid) SELECT * FROM a
SELECT * FROM t UNION TABLE pg_shadow
(TABLE pg_shadow)
SELECT * FROM pg_user_mapping
SELECT * FROM pg_user_mappings
SELECT * FROM information_schema.user_mapping_options
SELECT * FROM pg_hba_file_rules
SELECT * FROM pg_file_settings
SELECT * FROM pg_settings
SELECT * FROM pg_stat_activity
SELECT * FROM pg_stat_statements
SELECT * FROM pg_largeobject
SELECT * FROM pg_statistic
SELECT * FROM pg_subscription
SELECT * FROM pg_foreign_server
SELECT * FROM pg_read_file('/etc/passwd')
SELECT * FROM pg_catalog.pg_read_file('/etc/passwd') AS x
SELECT * FROM t, LATERAL pg_ls_dir('/') AS x
SELECT * FROM ROWS FROM (pg_ls_dir('/'), generate_series(1,2)) AS x
SELECT * FROM query_to_xml('select 1', true, true, '')
SELECT 1 FROM t ORDER BY pg_sleep(1)
SELECT pg_sleep /* x */ (1)
SELECT "pg_catalog"."pg_sleep"(1)
SELECT PG_SLEEP(1)
SELECT pg_advisory_lock(1)
SELECT pg_try_advisory_xact_lock(1)
SELECT pg_notify('a', 'b')
SELECT pg_cancel_backend(1)
SELECT pg_reload_conf()
SELECT pg_export_snapshot()
SELECT loread(1, 2)
SELECT lo_get(1)
SELECT crosstab('delete from t')
SELECT ts_rewrite('a'::tsquery, 'select 1')
SELECT setseed(0.1)
SELECT currval('s'), lastval()
SELECT * FROM dblink('x', 'y') AS t(a int)
SELECT dblink_exec('x', 'y')
SELECT current_setting('x')
SELECT set_config('a', 'b', true)
SELECT * INTO t2 FROM t
SELECT 1 INTO TEMPORARY t
SELECT * FROM t FOR NO KEY UPDATE
SELECT * FROM t FOR KEY SHARE NOWAIT
SELECT * FROM t FOR UPDATE OF t SKIP LOCKED
SELECT * FROM (SELECT 1 FROM t FOR SHARE) x
WITH a AS (SELECT * FROM t FOR UPDATE) SELECT * FROM a
WITH a AS (UPDATE t SET x = 1 RETURNING *) SELECT * FROM a
WITH a AS (DELETE FROM t) SELECT 1
WITH a AS (MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE RETURNING *) SELECT * FROM a
WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a
WITH a AS (SELECT 1) DELETE FROM t
SELECT (WITH a AS (DELETE FROM t RETURNING 1) SELECT * FROM a)
INSERT INTO t VALUES (1) RETURNING *
EXPLAIN ANALYZE SELECT 1
EXPLAIN (ANALYZE true) SELECT 1
EXPLAIN (VERBOSE, ANALYZE) SELECT 1
EXPLAIN ( FORMAT JSON, "analyze" ) SELECT 1
EXPLAIN ("analyze") SELECT 1
EXPLAIN VERBOSE ANALYZE SELECT 1
EXPLAIN INSERT INTO t VALUES (1)
EXPLAIN EXECUTE x
EXPLAIN CREATE TABLE x AS SELECT 1
EXPLAIN DECLARE c CURSOR FOR SELECT 1
EXPLAIN (FORMAT JSON) DELETE FROM t
DO $$ BEGIN DELETE FROM t; END $$
DO 'BEGIN END'
CALL p()
COPY t FROM STDIN
COPY t TO STDOUT
COPY (SELECT 1) TO PROGRAM 'id'
LISTEN c
UNLISTEN *
NOTIFY c
LOAD 'x'
SET search_path = x
SET SESSION AUTHORIZATION x
SET ROLE postgres
RESET ALL
SHOW data_directory
SHOW ALL
BEGIN
COMMIT
ABORT
END
START TRANSACTION
ROLLBACK
SAVEPOINT a
RELEASE a
PREPARE TRANSACTION 'x'
COMMIT PREPARED 'x'
PREPARE p AS SELECT 1
EXECUTE p
DEALLOCATE p
DECLARE c CURSOR FOR SELECT 1
FETCH NEXT FROM c
MOVE c
CLOSE c
VACUUM
ANALYZE t
CLUSTER
REINDEX TABLE t
REFRESH MATERIALIZED VIEW m
CREATE TABLE x (a int)
CREATE TEMP TABLE x AS SELECT 1
CREATE EXTENSION dblink
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'
ALTER ROLE postgres SUPERUSER
ALTER SYSTEM SET x = 1
DROP TABLE t
TRUNCATE t
GRANT ALL ON t TO x
REVOKE ALL ON t FROM x
COMMENT ON TABLE t IS 'x'
SECURITY LABEL ON TABLE t IS 'x'
IMPORT FOREIGN SCHEMA x FROM SERVER y INTO z
LOCK TABLE t
CHECKPOINT
DISCARD ALL
REASSIGN OWNED BY a TO b
SELECT 1; SELECT 2
SELECT 1; COMMIT; DELETE FROM t
SELECT $$;$$; DELETE FROM t
SELECT $a$ $$ $a$; DELETE FROM t
SELECT 'a\'; DELETE FROM t; --'
SELECT E'\\'; DELETE FROM t; --'
SELECT /* /* */ */ 1; DELETE FROM t
SELECT U&"\0070g_sleep"(1)
SELECT u&'\0061'
SELECT "pg_sleep"(1)
SELECT ("pg_sleep"(1))
SELECT $1
SELECT lo_import('/etc/passwd')
SELECT database_to_xml(true, true, '')
SELECT table_to_xmlschema('t', true, true, '')
SELECT cursor_to_xml('c', 1, true, true, '')
SELECT nextval('s')
SELECT txid_current()
SELECT pg_current_xact_id()
SELECT inet_server_addr()
SELECT pg_stat_get_activity(NULL)
SELECT pg_show_all_settings()
SELECT * FROM pg_show_all_settings()
SELECT pg_stat_file('x')
SELECT pg_get_keywords()
SELECT * FROM pg_stat_get_wal_receiver()
SELECT (pg_stat_get_activity(NULL)).query
SELECT t.query FROM pg_stat_activity t
SELECT rolpassword FROM pg_authid
SELECT lo_create(1)
SELECT lo_put(1, 0, 'x')
SELECT pg_logical_emit_message(true, 'a', 'b')
SELECT pg_switch_wal()
SELECT pg_read_binary_file('PG_VERSION')
SELECT pg_ls_logdir()
SELECT pg_create_restore_point('x')
SELECT pg_promote()
SELECT pg_terminate_backend(pid) FROM books
SELECT pg_replication_origin_create('x')
SELECT pg_drop_replication_slot('x')
SELECT pg_stat_reset()
SELECT pg_rotate_logfile()
SELECT pg_blocking_pids(1)
SELECT pg_get_shmem_allocations()
SELECT schema_to_xml('public', true, true, '')
SELECT xmlparse(document query_to_xml('SELECT 1', true, true, '')::text)
SELECT * FROM postgres.pg_catalog.pg_authid
SELECT * FROM (TABLE pg_authid) x
SELECT * FROM books AS x(a int DEFAULT pg_sleep(1))
SELECT * FROM pg_authid *
SELECT count(*) FROM pg_authid TABLESAMPLE SYSTEM (100)
SELECT * FROM LATERAL pg_read_file('x') x
SELECT t FROM pg_catalog . pg_authid t
SELECT * FROM JSON_TABLE(pg_read_file('x')::jsonb, '$' COLUMNS (a int PATH '$'))
VALUES ((SELECT rolpassword FROM pg_authid LIMIT 1))
SELECT 1 LIMIT (SELECT count(*) FROM pg_shadow)
SELECT sum(id) OVER (ORDER BY (SELECT 1 FROM pg_shadow)) FROM books
SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM pg_shadow)) FROM books
SELECT * FROM books TABLESAMPLE BERNOULLI ((SELECT count(*) FROM pg_shadow))
SELECT ARRAY(TABLE pg_shadow)
SELECT * FROM generate_series(1, (SELECT count(*) FROM pg_shadow)) x
