"""What can go wrong with a statement: each error carries a message for a person."""


class SQLError(Exception):
    """A statement that gave no rows.

    `message` is a sentence for a person; `code` is the driver's own code where there is one
    (a PostgreSQL SQLSTATE such as "42703", an SQLite name such as "SQLITE_ERROR"). `position` is where in the
    statement, in characters from its beginning, where the guard or the driver tells.
    """

    def __init__(self, message: str, code: str = "", position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.position = position


class NotReadOnly(SQLError):
    """The guard or the database refused it: not exactly one statement that only reads."""


class QueryTimeout(SQLError):
    """It ran longer than the limit and was stopped."""


class DatabaseBusy(SQLError):
    """It never ran: too many others did, all the time that it waited."""


class QueryCancelled(SQLError):
    """A person stopped it."""


class QueryFailed(SQLError):
    """The database rejected it; the message is the driver's own."""


class ConnectFailed(SQLError):
    """The database could not be opened or reached."""
