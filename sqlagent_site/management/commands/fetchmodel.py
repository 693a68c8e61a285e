from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from embedded.catalogue import MODELS
from embedded.errors import ModelUnavailable
from embedded.progress import PrintedProgress
from embedded.weights import ensure
from learning.warming import models_dir


class Command(BaseCommand):
    help = "Fetch the weights of an embedded model, unless they are there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", choices=MODELS, help="which one")

    def handle(self, *args: Any, model: str, **options: Any) -> None:
        try:
            ensure(MODELS[model], models_dir(), PrintedProgress(), source=settings.LOCAL_MODEL_SOURCE)
        except ModelUnavailable as error:
            raise CommandError(str(error)) from None
