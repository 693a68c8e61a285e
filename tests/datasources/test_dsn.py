"""DSNs: what is understood, and what is refused in words."""

import pytest

from datasources.dsn import BadDSN, ServerAddress


@pytest.mark.parametrize(
    ("dsn", "address"),
    [
        ("postgres://u:p@h/d", ServerAddress("postgres", "h", 5432, "d", "u", "p")),
        ("postgresql://u@h:6543/d", ServerAddress("postgres", "h", 6543, "d", "u")),
        ("postgresql+psycopg://u@h/d", ServerAddress("postgres", "h", 5432, "d", "u")),
        ("mysql://u:p@h/d", ServerAddress("mysql", "h", 3306, "d", "u", "p")),
        ("mariadb://u@h/d?ssl-mode=VERIFY_IDENTITY", ServerAddress("mysql", "h", 3306, "d", "u", tls="verify")),
        (" postgres://u@h/d?sslmode=verify-full \n", ServerAddress("postgres", "h", 5432, "d", "u", tls="verify")),
        ("postgres://u@h/d?sslmode=disable", ServerAddress("postgres", "h", 5432, "d", "u", tls="disable")),
        ("postgres://a%40b:p%2F%3A%23@[::1]:5/d%20e", ServerAddress("postgres", "::1", 5, "d e", "a@b", "p/:#")),
    ],
)
def test_parts_are_read(dsn: str, address: ServerAddress) -> None:
    assert ServerAddress.parse(dsn) == address


@pytest.mark.parametrize(
    ("dsn", "message"),
    [
        ("", "starts with postgres:// or mysql://"),
        ("host=h dbname=d", "starts with"),
        ("sqlite:///x.db", "starts with"),
        ("oracle://u@h/d", "starts with"),
        ("postgres://", "starts with"),
        ("postgres:///d", "host is missing"),
        ("postgres://u@/d", "host is missing"),
        ("postgres://h/d", "user is missing"),
        ("postgres://u@h", "database is missing"),
        ("postgres://u@h/", "database is missing"),
        ("postgres://u@h:x/d", "cannot be read"),
        ("postgres://u@h:99999/d", "cannot be read"),
        ("postgres://u@h:0/d", "port is to be a number"),
        ("postgres://u:a#b@h/d", "%23"),
        ("postgres://u@h/d#x", "%23"),
        ("postgres://u@h,g/d", "host is to be"),
        ("postgres://u@%2Ftmp/d", "host is to be"),
        ("postgres://u@h%20x/d", "host is to be"),
        ("postgres://u@-x/d", "host is to be"),
        ("postgres://u@localhost./d", "host is to be"),
        ("postgres://u@ｌocalhost/d", "host is to be"),
        ("postgres://u@h/d%00", "control characters"),
        ("postgres://u:p%0A@h/d", "control characters"),
        ("postgres://u@h/d?host=/tmp", "option host is not allowed"),
        ("postgres://u@h/d?hostaddr=127.0.0.1", "option hostaddr is not allowed"),
        ("postgres://u@h/d?options=-c%20x=y", "option options is not allowed"),
        ("postgres://u@h/d?service=x", "option service is not allowed"),
        ("postgres://u@h/d?passfile=/etc/passwd", "option passfile is not allowed"),
        ("postgres://u@h/d?sslkey=/etc/key", "option sslkey is not allowed"),
        ("mysql://u@h/d?local_infile=1", "option local_infile is not allowed"),
        ("mysql://u@h/d?unix_socket=/run/x", "option unix_socket is not allowed"),
        ("mysql://u@h/d?init_command=x", "option init_command is not allowed"),
        ("postgres://u@h/d?sslmode=sometimes", "sslmode is to be one of"),
    ],
)
def test_anything_else_is_refused_in_words(dsn: str, message: str) -> None:
    with pytest.raises(BadDSN, match=message):
        ServerAddress.parse(dsn)


def test_the_password_is_not_shown() -> None:
    address = ServerAddress.parse("postgres://u:s3cret@h/d")
    assert "s3cret" not in f"{address} {address!r}"
    assert str(address) == "postgres://u:…@h:5432/d?sslmode=prefer"


@pytest.mark.parametrize("dsn", ["postgres://a%40b:p%2F%3A%23@[::1]:5/d%20e?sslmode=require", "mysql://u@h/d"])
def test_what_is_written_is_read_again(dsn: str) -> None:
    address = ServerAddress.parse(dsn)
    assert ServerAddress.parse(address.to_dsn()) == address
    assert ServerAddress.from_dict(address.to_dict()) == address
