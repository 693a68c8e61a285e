"""manage.py fitconfidence: how likely answers are right, fitted to what manage.py evaluate --out has kept."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from learning.benchmark.command import records
from learning.benchmark.command.report import reliability_text
from learning.benchmark.reliability import reliability
from learning.confidence.fitting import RIDGE, Example, TooFew, fit
from learning.confidence.prior import SHIPPED, shipped
from learning.confidence.signals import Signals
from learning.management.commands.ask import printable


class Command(BaseCommand):
    help = "Fit the confidence that answers are shown with to evaluations that were kept with manage.py evaluate --out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("measured", nargs="+", type=Path, metavar="FILE", help="of manage.py evaluate --out")
        parser.add_argument("--out", type=Path, default=SHIPPED, help="where the model is written (%(default)s)")
        parser.add_argument("--ridge", type=float, default=RIDGE, help="how small weights are held (%(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            on, examples = _measured(options["measured"])
            found = fit(examples, shipped(), on, f"{timezone.now():%Y-%m-%d}", options["ridge"])
            options["out"].write_text(json.dumps(found.prior.to_json(), indent=2) + "\n")
        except (records.BadRecord, TooFew) as error:
            raise CommandError(printable(str(error))) from None
        except OSError as error:
            raise CommandError(f"{options['out']} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{len(examples)} answers. By models that had not seen them:")
        if figures := reliability(found.judged):
            self.stdout.write(reliability_text(figures))
        self.stdout.write(f"Written to {options['out']}.")


def _measured(files: list[Path]) -> tuple[str, list[Example]]:
    """What was asked of whom, in words, and the answers whose signals are known. Raises BadRecord."""
    asked: list[str] = []
    examples: list[Example] = []
    for file in files:
        setup, outcomes = records.read(file)
        known = [outcome for outcome in outcomes if outcome.sql and outcome.signals]
        asked.append(f"{len(known)} answers of {setup.dataset} by {setup.model}")
        examples += [(Signals.of(outcome.signals), outcome.is_right) for outcome in known]
    return "; ".join(asked), examples
