#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line
from django.db import DatabaseError, connection


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sqlagent_site.settings")
    try:
        execute_from_command_line(sys.argv)
    except DatabaseError as error:
        if connection.connection is not None:
            raise
        sys.exit(f"The application's own database (DATABASE_URL) cannot be opened: {str(error).splitlines()[0]}")


if __name__ == "__main__":
    main()
