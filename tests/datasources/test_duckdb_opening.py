"""DuckDB files of every condition: what they say when they are opened."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from datasources.engine import DuckdbDatabase, Limits
from datasources.errors import ConnectFailed, QueryFailed


@pytest.fixture
def database(duckdb_path: Path) -> DuckdbDatabase:
    return DuckdbDatabase(duckdb_path, Limits(seconds=10))


class TestOpening:
    def test_a_probe_says_the_version(self, database: DuckdbDatabase) -> None:
        probe = database.probe()
        assert (probe.version, probe.warning) == (f"DuckDB {duckdb.__version__}", "")

    def test_its_schema_is_read(self, database: DuckdbDatabase) -> None:
        [table] = database.schema().tables
        assert (table.full_name, [column.type for column in table.columns], table.primary_key) == (
            "orders",
            ["BIGINT", "VARCHAR", "DECIMAL(10,2)"],
            ("id",),
        )

    def test_values_of_its_columns_are_read(self, database: DuckdbDatabase) -> None:
        assert "Ada" in database.values(database.schema().tables)["orders", "customer"]

    def test_a_missing_file_cannot_be_opened(self, tmp_path: Path) -> None:
        _cannot_be_opened(tmp_path / "none.duckdb", "NO_DATABASE", "No such file")

    @pytest.mark.parametrize("content", [b"", b"abc", b"SQLite format 3\x00" + bytes(5000), b"not a database" * 1000])
    def test_nor_can_a_file_of_another_kind(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "other.duckdb"
        path.write_bytes(content)
        _cannot_be_opened(path, "NOT_A_DATABASE", "not a DuckDB database")

    def test_nor_can_a_directory(self, tmp_path: Path) -> None:
        _cannot_be_opened(tmp_path, "NOT_A_DATABASE", "not a DuckDB database")

    @pytest.mark.parametrize("size", [100, 5_000, 13_000])
    def test_nor_can_one_that_was_cut_off(self, duckdb_path: Path, size: int) -> None:
        duckdb_path.write_bytes(duckdb_path.read_bytes()[:size])
        _cannot_be_opened(duckdb_path, "CORRUPT", "damaged")

    def test_nor_can_one_whose_header_was_overwritten(self, duckdb_path: Path) -> None:
        content = bytearray(duckdb_path.read_bytes())
        content[4096:12_288] = b"\xa5" * 8192
        duckdb_path.write_bytes(content)
        _cannot_be_opened(duckdb_path, "CORRUPT", "damaged")

    def test_nor_can_one_of_a_newer_version(self, duckdb_path: Path) -> None:
        content = bytearray(duckdb_path.read_bytes())
        content[12:20] = (9_999).to_bytes(8, "little")
        content[:8] = _checksum(content[8:4096])
        duckdb_path.write_bytes(content)
        _cannot_be_opened(duckdb_path, "VERSION", "another version of DuckDB")

    def test_nor_can_an_encrypted_one(self, tmp_path: Path) -> None:
        path = tmp_path / "encrypted.duckdb"
        with duckdb.connect(config={"force_mbedtls_unsafe": True}) as connection:
            connection.execute(f"ATTACH '{path}' AS e (ENCRYPTION_KEY 'k')")
            connection.execute("CREATE TABLE e.t AS SELECT 1; DETACH e")
        _cannot_be_opened(path, "ENCRYPTED", "is encrypted")

    def test_nor_can_one_that_another_process_writes(self, duckdb_path: Path) -> None:
        script = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('open', flush=True); time.sleep(60)"
        with subprocess.Popen([sys.executable, "-c", script, str(duckdb_path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout
            writer.stdout.readline()
            _cannot_be_opened(duckdb_path, "LOCKED", "Another program has the database open")
            writer.kill()

    def test_damage_within_shows_when_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "damaged.duckdb"
        with duckdb.connect(path) as connection:
            connection.execute("CREATE TABLE t AS SELECT hash(range) AS a FROM range(400000)")
        content = bytearray(path.read_bytes())
        content[600_000:1_200_000] = bytes(600_000)
        path.write_bytes(content)
        with pytest.raises(QueryFailed, match="damaged") as failure:
            DuckdbDatabase(path, Limits(seconds=10)).execute("SELECT sum(a % 10) FROM t")
        assert failure.value.code == "CORRUPT"

    def test_a_replaced_file_is_opened_anew(self, database: DuckdbDatabase, duckdb_path: Path) -> None:
        assert database.execute("SELECT count(*) FROM orders").rows == ((3,),)
        replacement = duckdb_path.with_suffix(".new")
        with duckdb.connect(replacement) as connection:
            connection.execute("CREATE TABLE orders AS SELECT 1 AS id")
        replacement.replace(duckdb_path)
        assert database.execute("SELECT count(*) FROM orders").rows == ((1,),)


def _cannot_be_opened(path: Path, code: str, message: str) -> None:
    with pytest.raises(ConnectFailed, match=message) as failure:
        DuckdbDatabase(path, Limits(seconds=10)).execute("SELECT 1")
    assert failure.value.code == code
    assert str(path) not in failure.value.message


def _checksum(content: bytearray) -> bytes:
    """DuckDB's, of its headers."""
    result = 5381
    for start in range(0, len(content), 8):
        result ^= int.from_bytes(content[start : start + 8], "little") * 0xBF58476D1CE4E5B9 & (2**64 - 1)
    return result.to_bytes(8, "little")
