"""What the guard knows of each dialect besides the grammar."""

import re

from sqlglot import exp

from datasources import duckdb_words, mysql_words, postgres_words

# Names of functions and of tables that are functions in disguise.
DENIED_FUNCTIONS = {
    "sqlite": re.compile(
        r"load_extension|fts3_tokenizer|fts3tokenize|fts5|readfile|writefile|edit|fsdir|zipfile|sqlar_\w+"
        r"|zeroblob|randomblob|pragma_\w+|dbstat|sqlite_(dbpage|stmt|log|compileoption\w*)"
    ),
    "postgres": postgres_words.DENIED_FUNCTIONS,
    "mysql": mysql_words.DENIED_FUNCTIONS,
    "duckdb": duckdb_words.DENIED_FUNCTIONS,
}
# Where a table can be called what a function is, the names of tables are others; some tell more with their schema's.
DENIED_TABLES = DENIED_FUNCTIONS | {
    "postgres": postgres_words.DENIED_TABLES,
    "mysql": mysql_words.DENIED_TABLES,
    "duckdb": duckdb_words.DENIED_TABLES,
}
ALSO_READS: dict[str, tuple[type[exp.Expr], ...]] = {"duckdb": duckdb_words.ALSO_READS}
ALSO_ALLOWED: dict[str, tuple[type[exp.Expr], ...]] = {"duckdb": duckdb_words.ALSO_ALLOWED}
EXPLAIN_OPTIONS = {
    "sqlite": re.compile(r"\s*QUERY\s+PLAN\b", re.IGNORECASE),
    "postgres": re.compile(
        r"\s*(VERBOSE\b|\(\s*(BUFFERS|COSTS|FORMAT|GENERIC_PLAN|SETTINGS|SUMMARY|VERBOSE)\b(?![^)]*ANALY)[\w\s,]*\))",
        re.IGNORECASE,
    ),
    "mysql": re.compile(r"\s*(FORMAT\s*=\s*\w+|EXTENDED\b|PARTITIONS\b)", re.IGNORECASE),
    "duckdb": re.compile(r"\s*\(\s*FORMAT\s+\w+\s*\)", re.IGNORECASE),
}
# How a statement that reads may begin there, too.
ALSO_READING_WORDS = {"duckdb": frozenset({"FROM", "PIVOT", "UNPIVOT", "DESCRIBE", "SUMMARIZE", "SHOW", "TABLE"})}
