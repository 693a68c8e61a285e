"""`manage.py optimize CONNECTION`: one run of GEPA, here and now, with its progress."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from learning.management.commands.ask import find_connection, printable
from learning.models import Generation, Optimization
from learning.optimizing import running, steps
from learning.optimizing.running import NotPossible, Wanted


class Command(BaseCommand):
    help = "Let a connection's prompt evolve from its questions, verdicts and remarks: one run of GEPA."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connection", help="name or number of a connection")
        parser.add_argument(
            "--evolves", choices=Optimization.Evolves.values, default="", help="what may change; as usual without it"
        )
        parser.add_argument("--calls", type=int, help="questions that it may ask, at most")
        parser.add_argument("--tokens", type=int, help="tokens that it may read anew and write, at most")
        parser.add_argument("--minutes", type=int, help="minutes that it may work, at most")
        parser.add_argument("--seed", type=int, help="for the same choices again")
        parser.add_argument("--json", action="store_true", help="the outcome as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = find_connection(options["connection"])
        wanted = Wanted(options["evolves"], options["seed"], options["calls"], options["tokens"], options["minutes"])
        try:
            begun = running.start(connection, Optimization.Trigger.COMMAND, wanted=wanted, in_background=False)
        except NotPossible as error:
            raise CommandError(printable(str(error))) from None
        try:
            self._follow(begun)
        except KeyboardInterrupt:
            steps.stop(begun, "Cancelled at the terminal.")
            raise CommandError("Cancelled. The prompt in use is as it was.") from None
        self._tell(begun, as_json=options["json"])
        if begun.state != Optimization.State.DONE:
            sys.exit(1)

    def _follow(self, begun: Optimization) -> None:
        told = ""
        while (after := steps.step(begun.pk, begun.run)) is not None:
            begun.refresh_from_db()
            now = (
                f"{begun.get_phase_display()}: {begun.calls} of at most {begun.max_calls} questions, "
                f"{begun.candidates.count()} candidates"
            )
            if now != told:
                self.stderr.write(now)
                told = now
            time.sleep(after.total_seconds())
        begun.refresh_from_db()

    def _tell(self, ended: Optimization, *, as_json: bool) -> None:
        generation = ended.generations.first()
        if as_json:
            self.stdout.write(json.dumps(_as_json(ended, generation), ensure_ascii=False))
            return
        outcome = ended.get_outcome_display() or ended.get_state_display()
        self.stdout.write(printable(f"{outcome}. {ended.message}"))
        if generation:
            self.stdout.write(printable(f"Generation {generation.number} ({generation.get_state_display().lower()}):"))
            self.stdout.write(printable("\n".join(f"- {rule}" for rule in generation.told)))
        self.stdout.write(f"{ended.calls} questions, {ended.tokens:,} tokens, {ended.seconds:.0f} seconds.")


def _as_json(ended: Optimization, generation: Generation | None) -> dict[str, Any]:
    return {
        "state": ended.state,
        "outcome": ended.outcome,
        "message": ended.message,
        "calls": ended.calls,
        "tokens": ended.tokens,
        "seconds": ended.seconds,
        "generation": generation.number if generation else None,
        "rules": generation.told if generation else [],
        "comparison": generation.comparison if generation else None,
    }
