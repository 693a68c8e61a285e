"""Prints what does not wait for whoever holds a connection's lock, of all that changes things of one.

A program of its own, so that it can run on the application database that DATABASE_URL names.
"""

import json
from collections.abc import Callable
from dataclasses import asdict

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - models need the applications
from django.db import OperationalError, connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import Team, User  # noqa: E402
from agent.scripted import ScriptedLLM  # noqa: E402
from chat import asking  # noqa: E402
from chat.models import Conversation, Turn  # noqa: E402
from datasources import connecting  # noqa: E402
from datasources.models import Connection  # noqa: E402
from learning.feedback import judging, remarks, verdicts  # noqa: E402
from learning.generations import changing  # noqa: E402
from learning.generations.changing import Rule, Text  # noqa: E402
from learning.models import Remark, VerifiedImport  # noqa: E402
from learning.verified import checking, editing, importing  # noqa: E402
from learning.verified.editing import Written  # noqa: E402
from tests.learning.bandit.decided import ended  # noqa: E402


class Things:
    """A database, a question that ann asked it in a conversation, a remark on its answer, and a verified query."""

    def __init__(self) -> None:
        self.ann = User.objects.create_superuser("ann")
        self.team = Team.objects.create(name="Team")
        self.team.memberships.create(user=self.ann)
        memory = Connection.Origin.MEMORY
        self.database = Connection.objects.create(team=self.team, name="shop", origin=memory, schema_fingerprint="new")
        self.conversation = Conversation.objects.create(user=self.ann, connection=self.database)
        self.answer = ended(self.database, user=self.ann)
        Turn.objects.create(conversation=self.conversation, episode=self.answer)
        self.remark = Remark.objects.create(connection=self.database, origin="verdict", text="net")
        self.query = editing.fresh(self.database, self.ann, Written("How many?", "SELECT 1"))
        self.query.save()


def import_one(things: Things) -> None:
    line = importing.Checked(1, "How much?", "", "SELECT 2", "active", "", "", "", importing.Found.NEW)
    stored = VerifiedImport.objects.create(
        connection=things.database, user=things.ann, name="lines", lines=[asdict(line)]
    )
    importing.keep(stored)


def check(things: Things) -> None:
    things.query.sql = "SELECT nothing"
    things.query.save()
    Connection.objects.update(schema_fingerprint="newer")
    checking.check(Connection.objects.get())


def stop_what_the_prompt_says(things: Things) -> None:
    Remark.objects.update(state="accepted", rule="net")
    says_it = Text("Answer.", [Rule("Revenue is net.", things.remark.pk)])
    changing.promote(changing.add(changing.seed_of(things.database), says_it, "evolved"), things.ann)
    remarks.stop(Remark.objects.get(), things.ann)


def take_back_what_was_accepted(things: Things) -> None:
    Remark.objects.update(state="accepted", rule="net")
    remarks.withdraw(Remark.objects.all(), things.ann)


def delete_in_the_admin(thing: Team | User) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.create_superuser("operator"))
    page = reverse(f"admin:accounts_{thing._meta.model_name}_delete", args=[thing.pk])
    assert client.post(page, {"post": "yes"}).status_code == 302


CHANGES: dict[str, Callable[[Things], object]] = {
    "judge": lambda things: verdicts.give(things.answer, things.ann, False),
    "explain": lambda things: judging.explain(things.answer, things.ann, "net"),
    "take a remark back": lambda things: judging.explain(things.answer, things.ann, ""),
    "accept a remark": lambda things: remarks.accept(things.remark, things.ann),
    "stop a rule that the prompt says": stop_what_the_prompt_says,
    "take a remark back that was accepted by itself": take_back_what_was_accepted,
    "ask": lambda things: asking.ask(things.conversation, things.ann, "Which?", ScriptedLLM([])),
    "add a query": lambda things: editing.add(things.database, things.ann, Written("How much?", "SELECT 2")),
    "edit a query": lambda things: editing.edit(things.query, things.ann, Written("How many?", "SELECT 2")),
    "retire a query": lambda things: editing.retire(things.query, things.ann, "old"),
    "restore a query": lambda things: editing.restore(things.query, things.ann),
    "import queries": import_one,
    "check queries": check,
    "delete a conversation": lambda things: things.conversation.delete_with_answers(),
    "delete a database": lambda things: connecting.delete(things.database, things.ann),
    "delete a team": lambda things: delete_in_the_admin(things.team),
    "delete a person": lambda things: delete_in_the_admin(things.ann),
}


def waits(change: Callable[[Things], object]) -> bool:
    call_command("flush", interactive=False, verbosity=0)
    things, holder = Things(), connection.copy()
    holder.set_autocommit(False)
    with holder.cursor() as cursor:
        cursor.execute("SELECT 1 FROM datasources_connection FOR NO KEY UPDATE")
    try:
        change(things)
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        return True
    finally:
        holder.close()
    return False


def main() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    print(json.dumps([name for name, change in CHANGES.items() if not waits(change)]))


main()
