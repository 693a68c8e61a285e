"""`manage.py rebuildbandit [--connection N] [--check]`: what the bandits know, anew from the log of their decisions."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from datasources.models import Connection
from datasources.wording import minus
from learning.bandit import rebuild
from learning.bandit.rebuild import Difference
from learning.management.commands.ask import find_connection, printable


class Command(BaseCommand):
    help = (
        "Make the bandits' sums anew from the log of decisions and lessons. It can be run while questions are "
        "answered: what they teach meanwhile waits for it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--connection", help="name or number of a connection; without it, everything")
        parser.add_argument(
            "--check", action="store_true", help="change nothing, say what differs, and exit with 1 if anything does"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        connection = find_connection(options["connection"]) if options["connection"] else None
        found = rebuild.check(connection) if options["check"] else rebuild.rebuild(connection)
        for difference in found:
            self.stdout.write(printable(_said(difference)))
        if not found:
            self.stdout.write("The sums are those of the log.")
        elif options["check"]:
            self.stdout.write("Nothing was changed: without --check the sums are made anew.")
            sys.exit(1)
        else:
            self.stdout.write("The sums have been made anew.")


def _said(found: Difference) -> str:
    return (
        f"{_whose(found)}, {found.strategy}: stored were {found.pulls} pulls and a reward of {minus(found.reward, 3)}, "
        f"the log says {found.logged_pulls} and {minus(found.logged_reward, 3)}"
    )


def _whose(difference: Difference) -> str:
    scope = difference.scope
    if scope.connection_id is None:
        return "All connections"
    name = Connection.objects.values_list("name", flat=True).get(pk=scope.connection_id)
    person = f", person {scope.user_id}" if scope.user_id else ""
    return f"Connection {scope.connection_id} ({name}){person}"
