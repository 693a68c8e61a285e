import logging
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operations import around_tasks, keys
from operations.part import PART
from operations.setting_up import Newer, wait_until_set_up
from operations.worker import Worker

LOOKING = 3.0
"""Seconds in which the keys are looked at, where the database answers."""


class Command(BaseCommand):
    help = "Do background tasks, until it is ended. As many may run as there is work for, on any machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--queue",
            action="append",
            choices=["default", "model"],
            help="which tasks: default, or model, those that wait for the model; may be given twice; both without it",
        )
        parser.add_argument("--interval", type=float, default=0.5, help="seconds between looks for a task")

    def run_from_argv(self, argv: list[str]) -> None:
        os.environ.setdefault(PART, "worker")
        super().run_from_argv(argv)

    def handle(self, *args: Any, queue: list[str] | None, interval: float, **options: Any) -> None:
        logging.getLogger("django_tasks").setLevel(logging.WARNING)
        try:
            wait_until_set_up(self.stdout.write)
        except Newer as error:
            raise CommandError(str(error)) from None
        keys.require_within(LOOKING)
        around_tasks.publish()
        Worker(queue or (), interval).run()
