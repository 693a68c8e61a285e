"""CSV, TSV and Parquet files become the tables of one DuckDB database."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from datasources import importing
from datasources.engine import DuckdbDatabase
from datasources.import_job import BadFile, Source
from datasources.importing import import_files, table_names

Import = Callable[[str | bytes], tuple[DuckdbDatabase, list[str]]]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "database.duckdb"


@pytest.fixture
def import_csv(tmp_path: Path, target: Path) -> Import:
    """The database with the table `t`, and the notes about it."""

    def import_(content: str | bytes) -> tuple[DuckdbDatabase, list[str]]:
        path = tmp_path / "part'0"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        notes = import_files(target, [Source(str(path), "csv", "t", "sales.csv")])
        return DuckdbDatabase(target), notes

    return import_


def test_an_import_that_takes_long_says_nothing_in_between(tmp_path: Path, target: Path) -> None:
    """After two seconds DuckDB begins to print how far it is."""
    path = tmp_path / "part0"
    duckdb.sql(f"COPY (SELECT 1 AS n FROM range(150_000_000)) TO '{path}' (FORMAT parquet)")
    assert import_files(target, [Source(str(path), "parquet", "t", "long.parquet")]) == []


def test_types_are_found_by_looking_at_the_values(import_csv: Import) -> None:
    database, notes = import_csv('id,name,day,price,ok\n1,"Ada, B.",2024-01-02,9.5,true\n2,,2024-02-03,7,false\n')
    result = database.execute("FROM t ORDER BY id")
    assert result.types == ("BIGINT", "VARCHAR", "DATE", "DOUBLE", "BOOLEAN")
    assert result.rows == ((1, "Ada, B.", "2024-01-02", 9.5, True), (2, None, "2024-02-03", 7.0, False))
    assert notes == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(import_csv: Import, delimiter: str) -> None:
    database, _ = import_csv("id,name\n1,a\n2,b\n".replace(",", delimiter))
    assert database.execute("FROM t").rows == ((1, "a"), (2, "b"))


def test_a_value_far_down_that_is_no_number_makes_the_column_text(import_csv: Import) -> None:
    database, notes = import_csv("a,b\n" + "".join(f"{n},x\n" for n in range(50_000)) + "oops,y\n")
    assert database.execute("SELECT count(*), max(a) FROM t").rows == ((50_001, "oops"),)
    assert notes == []


def test_numbers_with_leading_zeros_stay_as_they_are(import_csv: Import) -> None:
    database, _ = import_csv("zip,n\n01234,1\n00999,2\n")
    assert database.execute("SELECT zip FROM t").rows == (("01234",), ("00999",))


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", "it was read as UTF-16."),
        ("utf-16-le", "it was read as UTF-16-LE."),
        ("cp1252", "it is not in UTF-8 and was read as Windows-1252"),
    ],
)
def test_encodings_are_found_or_assumed_and_said(import_csv: Import, encoding: str, note: str) -> None:
    database, notes = import_csv("name,city\nJosé,Köln\nZoë,Orléans\n".encode(encoding))
    assert database.execute("FROM t").rows == (("José", "Köln"), ("Zoë", "Orléans"))
    assert database.execute("FROM t").columns == ("name", "city")
    assert [line.startswith(f"sales.csv: {note}") for line in notes] == ([True] if note else [])


@pytest.mark.parametrize(
    ("content", "columns", "note"),
    [
        ("1,2\n3,4\n", ("column0", "column1"), "it has no line with the names of its columns: they are called column0"),
        ("a,a,b\n1,2,3\n", ("a", "a_1", "b"), "columns of the same name are told apart by a number."),
        ("a,A,b\n1,2,3\n", ("a", "A_1", "b"), "columns of the same name are told apart by a number."),
        ("a,,b\n1,2,3\n", ("a", "column1", "b"), "columns without a name are called by their number."),
        ("a,b\n", ("a", "b"), "it has the names of columns, and no rows."),
        ('"we""ird","new\nline","em 🙂"\n1,2,3\n', ('we"ird', "new\nline", "em 🙂"), ""),
        ("just one\n1\n2\n", ("just one",), ""),
        ('"Name, first"\nAda\nBen\n', ("Name, first",), ""),
        ("# made by hand\na,b\n1,2\n", ("a", "b"), "its first line is no part of the table."),
        ("a,b\r\n1,2\r\n", ("a", "b"), ""),
    ],
)
def test_names_of_columns(import_csv: Import, content: str, columns: tuple[str, ...], note: str) -> None:
    database, notes = import_csv(content)
    assert database.execute("FROM t").columns == columns
    assert [line.startswith(f"sales.csv: {note}") for line in notes] == ([True] if note else [])


def test_five_hundred_columns(import_csv: Import) -> None:
    head = ",".join(f"c{n}" for n in range(500))
    database, _ = import_csv(head + "\n" + "\n".join(",".join(map(str, range(n, n + 500))) for n in range(20)) + "\n")
    result = database.execute("FROM t")
    assert (len(result.columns), len(result.rows), result.rows[3][499]) == (500, 20, 502)


def test_a_few_lines_that_do_not_fit_are_left_out_and_counted(import_csv: Import) -> None:
    good = "".join(f"{n},x,y\n" for n in range(50))
    database, notes = import_csv(f"a,b,c\n{good}51,x\n52,x,y,z\n53,x,y\n")
    assert database.execute("SELECT count(*), max(a) FROM t").rows == ((51, 53),)
    assert notes == ["sales.csv: 2 lines were left out; the first is line 52 (Expected Number of Columns: 3 Found: 2)."]


def test_many_lines_that_do_not_fit_are_a_reason_to_refuse(import_csv: Import) -> None:
    with pytest.raises(
        BadFile, match=r"Many lines of the file sales\.csv do not fit its first one; line 2 is the first"
    ):
        import_csv("a,b,c\n1,2\n3,4,5,6\n7,8,9\n")


def test_one_line_that_does_not_fit_far_down_does_not_cost_those_before_it(import_csv: Import) -> None:
    lines = "".join(f"{n},x\n" for n in range(3000))
    database, notes = import_csv(f"a,b\n{lines}1,2,3\n{lines}")
    assert database.execute("SELECT count(*), max(a) FROM t").rows == ((6000, 2999),)
    assert notes == ["sales.csv: 1 line was left out; the first is line 3002 (Expected Number of Columns: 2 Found: 3)."]


def test_nor_does_one_at_the_end(import_csv: Import) -> None:
    database, _ = import_csv("a,b\n" + "1,2\n" * 60 + "3,4,5\n")
    assert database.execute("SELECT count(*) FROM t").rows == ((60,),)


def test_a_title_above_the_names_of_the_columns_is_left_out_and_noted(import_csv: Import) -> None:
    database, notes = import_csv("Sales of all stores\nmade in 2024\n\nid,name\n1,a\n2,b\n3,c\n")
    assert database.execute("FROM t").columns == ("id", "name")
    assert notes == ["sales.csv: its first 3 lines are no part of the table."]


def test_quotes_that_are_not_closed_cost_no_line_and_are_noted(import_csv: Import) -> None:
    database, [note] = import_csv('a,b\n1,"x\n2,y\n3,z\n')
    assert database.execute("SELECT b FROM t").rows == (('"x',), ("y",), ("z",))
    assert "not all of its quotes are closed" in note


def test_what_cannot_be_told_apart_is_kept_as_text_and_noted(import_csv: Import) -> None:
    database, notes = import_csv("'\n3.5\r\ntrue,\n;2a;")
    assert set(database.execute("FROM t").types) == {"VARCHAR"}
    assert "all of them are text" in notes[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n\n  \n", "holds no data."),
        (b"a,b\n" + b"x" * 5000 + b"\n1,\x00\n", "null characters"),
        (b"a,b\n" + b"x" * 5000 + b"\n1,\x81\xff\xfe\n", "not a text in an encoding that we know"),
        (b"a,b\n1," + b"x" * 12_000_000 + b"\n", "more than 10 MB"),
    ],
)
def test_what_is_no_table_is_refused_in_words(import_csv: Import, content: bytes, message: str) -> None:
    with pytest.raises(BadFile, match=message) as bad:
        import_csv(content)
    assert "sales.csv" in str(bad.value)
    assert "part" not in str(bad.value)


class TestParquet:
    def test_it_keeps_its_types(self, tmp_path: Path, target: Path) -> None:
        path = tmp_path / "part0"
        with duckdb.connect() as connection:
            query = "SELECT 1::DECIMAL(10, 2) AS price, DATE '2024-01-02' AS day, [1, 2] AS list, NULL::VARCHAR AS x"
            connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        assert import_files(target, [Source(str(path), "parquet", "t", "a.parquet")]) == []
        result = DuckdbDatabase(target).execute("FROM t")
        assert result.types == ("DECIMAL(10,2)", "DATE", "INTEGER[]", "VARCHAR")

    @pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + b"x" * 5000, b"PAR1" + bytes(5000) + b"PAR1"])
    def test_a_damaged_one_is_refused(self, tmp_path: Path, target: Path, content: bytes) -> None:
        path = tmp_path / "part0"
        path.write_bytes(content)
        with pytest.raises(BadFile, match=r"The file a\.parquet could not be read") as bad:
            import_files(target, [Source(str(path), "parquet", "t", "a.parquet")])
        assert str(tmp_path) not in str(bad.value)


def test_several_files_are_several_tables(tmp_path: Path, target: Path) -> None:
    sources = []
    for number, table in enumerate(["orders", "people"]):
        path = tmp_path / f"part{number}"
        path.write_text(f"id,{table}\n{number},x\n")
        sources.append(Source(str(path), "csv", table, f"{table}.csv"))
    import_files(target, sources)
    assert [table.name for table in DuckdbDatabase(target).schema().tables] == ["orders", "people"]


def test_nothing_but_the_database_is_written(tmp_path: Path, target: Path, import_csv: Import) -> None:
    import_csv("a,b\n1,2\n")
    assert {path.name for path in tmp_path.iterdir()} <= {"database.duckdb", "part'0.utf8"}
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("files", "tables"),
    [
        (["Sales 2024.csv"], ["sales_2024"]),
        (["../../etc/passwd", "C:\\data\\x.tsv"], ["passwd", "x"]),
        (["a.csv", "A.CSV", "a.parquet", "a_2.csv"], ["a", "a_2", "a_3", "a_2_2"]),
        (["2024.csv"], ["t_2024"]),
        (["order.csv", "select.tsv"], ["order_data", "select_data"]),
        (["!!!.csv", ".csv", ""], ["data", "data_2", "data_3"]),
        (["Größe (neu).csv"], ["größe_neu"]),
        (['"; drop table x --.csv'], ["drop_table_x"]),
        (["x" * 200 + ".csv"], ["x" * 60]),
    ],
)
def test_tables_are_called_after_their_files(files: list[str], tables: list[str]) -> None:
    assert table_names(files) == tables


class TestLimits:
    def test_a_file_that_takes_too_long_is_stopped(self, tmp_path: Path, target: Path) -> None:
        path = tmp_path / "part0"
        path.write_text("a,b\n" + "1,2\n" * 2_000_000)
        with pytest.raises(BadFile, match=r"longer than 0\.2 seconds and was stopped"):
            import_files(target, [Source(str(path), "csv", "t", "a.csv")], seconds=0.2)

    def test_a_file_that_grows_too_large_is_stopped(
        self, tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "_LEAST_FILE_BYTES", 0)
        path = tmp_path / "part0"
        with duckdb.connect() as connection:
            connection.execute(f"COPY (SELECT 'x' AS x FROM range(3000000)) TO '{path}' (FORMAT parquet)")
        assert path.stat().st_size < 100_000
        with pytest.raises(BadFile, match="more space on the disk"):
            import_files(target, [Source(str(path), "parquet", "t", "a.parquet")])


def test_it_reads_nothing_but_its_files(tmp_path: Path, target: Path) -> None:
    """As if the server had been talked into a pattern."""
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS a) TO '{tmp_path}/part0' (FORMAT parquet)")
    pattern = tmp_path / "part*"
    shutil.copy(tmp_path / "part0", pattern)
    with pytest.raises(BadFile, match="disabled by configuration"):
        import_files(target, [Source(str(pattern), "parquet", "t", "a.parquet")])
