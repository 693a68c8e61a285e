"""What DuckDB reads besides tables, for the guard: names of functions and tables that reach out of the database, and
the statements and syntax of its own that only read."""

import re

from sqlglot import exp

# All built-in table functions but those that only compute, or describe the open database (a test holds this against
# what DuckDB has), and what else reads settings or files, writes, waits, or runs a text as a statement.
DENIED_FUNCTIONS = re.compile(
    r"read_\w+|parquet_\w+|sniff_\w+|\w+_scan|\w+_scan_\w+|glob|query|query_table|json_execute_\w+|python_\w+"
    r"|getenv|current_setting|nextval|setval|write_log|sleep_ms|pg_sleep|which_secret|from_substrait\w*"
    r"|(force_)?checkpoint|(enable|disable)_\w+|add_parquet_key|\w+_grammar_extension|\w*_external_resource\w*"
    r"|truncate_duckdb_logs|pragma_(database_list|user_agent|metadata_info)|duckdb_approx_database_count"
    r"|duckdb_(available_metrics|connection_count|databases|dialects|eviction_queues|extensions|extension_repositories"
    r"|external_\w+|grammar_extensions|live_query_metrics|logs|logs_parsed|log_contexts|memory|prepared_statements"
    r"|profiling_settings|secrets|secret_\w+|settings|table_sample|temporary_files|variables)"
)
# Views of the same, and files by the endings at which DuckDB reads them as tables.
DENIED_TABLES = re.compile(
    r"duckdb_(databases|logs)|pragma_database_list|pg_settings|pg_prepared_statements|.*://.*"
    r"|.*\.(csv|tsv|txt|parquet|json|jsonl|ndjson|geojson|db|ddb|duckdb|sqlite3?|arrows?|avro|xlsx|vortex|shp|gpkg|fgb)"
    r"(\.(gz|zst|bz2))?(\?.*)?",
    re.DOTALL,
)
ALSO_READS = (exp.Describe, exp.Pivot, exp.Show, exp.Summarize)
ALSO_ALLOWED = (
    *ALSO_READS,
    exp.ColumnDef,
    exp.Comprehension,
    exp.Lambda,
    exp.PivotAlias,
    exp.PivotAny,
    exp.PositionalColumn,
    exp.UnpivotColumns,
)
