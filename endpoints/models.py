"""The LLM endpoints that the operator configures, who waits for them, and what they cost."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from accounts.models import Team
from agent import llm_failures
from agent.budget import ENDPOINT_CONTEXT
from agent.endpoint import Endpoint as AgentEndpoint
from agent.timeouts import Timeouts
from datasources import encryption

LONGEST_REST = timedelta(minutes=5)
_OF_ENVIRONMENT: dict[str, Any] = {"name": "from the environment", "position": 1000}
_A_MILLION = 1_000_000


def valid_address(value: str) -> None:
    """Raises ValidationError."""
    try:
        parts = urlsplit(value)
        well_formed = bool(parts.hostname) and parts.port != 0 and parts.scheme in ("http", "https")
    except ValueError:
        well_formed = False
    if not well_formed or any(letter.isspace() for letter in value):
        raise ValidationError("An address such as https://host/v1 or http://host:port/v1.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValidationError("Without a user, a password, a query or a fragment: the key has a field of its own.")


def _price() -> models.DecimalField[Decimal | None, Decimal | None]:
    zero = MinValueValidator(Decimal(0))
    return models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True, validators=[zero])


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def enabled(self) -> EndpointQuerySet:
        return self.filter(is_enabled=True)

    def environment(self) -> Endpoint:
        """That which the environment names. Saved when it is first asked, so that looking at a page writes nothing."""
        return self.filter(is_environment=True).first() or Endpoint.of_environment()

    def candidates(self, team_id: int | None) -> models.QuerySet[Any]:
        """Those of which some answer a team, in the order that holds for all teams: its own, with the `place_in_team`
        that the operator gave them, those for all, and the environment's. In one query: pages ask again and again."""
        its = models.FilteredRelation("teams", condition=models.Q(teams__team=team_id))
        found = self.annotate(its=its, place_in_team=models.F("its__position")).order_by("position", "pk")
        return found.filter(models.Q(its__isnull=False) | models.Q(is_shared=True) | models.Q(is_environment=True))

    def saved_environment(self) -> Endpoint:
        return self.get_or_create(is_environment=True, defaults=_OF_ENVIRONMENT)[0]


class Endpoint(models.Model):
    """An OpenAI-compatible endpoint. One row stands for the one that the environment names: where it is, its key and
    its model are in the settings, and in no database.

    `failures` counts those in a row; until `rests_until` it is not asked. `minute` and `requests` count what was asked
    of it lately, where that is limited.
    """

    name = models.CharField(max_length=60, unique=True)
    is_environment = models.BooleanField(default=False, editable=False)
    is_enabled = models.BooleanField("in use", default=True)
    is_shared = models.BooleanField(
        "for all teams",
        default=True,
        help_text="Without this, it answers only teams that are named below.",
    )
    position = models.PositiveIntegerField(
        "order",
        default=10,
        help_text="The lowest is asked first; the others, in this order, when those before them fail.",
    )
    base_url = models.CharField("address", max_length=500, blank=True, validators=[valid_address])
    encrypted_key = models.TextField(blank=True, editable=False)
    model = models.CharField(max_length=200, blank=True)
    reflection_model = models.CharField(
        max_length=200,
        blank=True,
        help_text="Reflects on failures when a prompt evolves. Empty: the same model.",
    )
    at_once = models.PositiveIntegerField(
        "answers at once",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="In all processes together; who exceeds it waits in line. Empty: as many as are asked for.",
    )
    per_minute = models.PositiveIntegerField(
        "requests a minute", null=True, blank=True, validators=[MinValueValidator(1)], help_text="Empty: no limit."
    )
    context = models.PositiveIntegerField(
        "tokens of context",
        default=ENDPOINT_CONTEXT,
        validators=[MinValueValidator(2048), MaxValueValidator(10_000_000)],
        help_text="A prompt that is longer is not sent to it.",
    )
    first_token = models.PositiveIntegerField(
        "seconds to the first token", default=30, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    idle = models.PositiveIntegerField(
        "seconds between tokens", default=30, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    total = models.PositiveIntegerField(
        "seconds in all", default=120, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )
    prompt_price = _price()
    cached_price = _price()
    completion_price = _price()
    currency = models.CharField(max_length=8, blank=True, help_text="Such as USD: a label, nothing is converted.")
    failures = models.PositiveIntegerField(default=0, editable=False)
    rests_until = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    last_error_at = models.DateTimeField(null=True, editable=False)
    minute = models.DateTimeField(null=True, editable=False)
    requests = models.PositiveIntegerField(default=0, editable=False)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = "LLM endpoint"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_environment"], condition=models.Q(is_environment=True), name="one_endpoint_of_environment"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of_environment(cls) -> Endpoint:
        """Not saved."""
        return cls(is_environment=True, **_OF_ENVIRONMENT)

    @property
    def is_local(self) -> bool:
        """Whether it is the embedded model."""
        return self.is_environment and bool(settings.LLM_ENDPOINT.local)

    @property
    def place(self) -> str:
        """Where it is, for staff."""
        return str(settings.LLM_ENDPOINT.place) if self.is_environment else self.base_url

    @property
    def title(self) -> str:
        """How people are told of it: by its name, where the operator gave it one."""
        return "" if self.is_environment and self.name == _OF_ENVIRONMENT["name"] else self.name

    @property
    def model_name(self) -> str:
        return str(settings.LLM_ENDPOINT.model) if self.is_environment else self.model

    @property
    def label(self) -> str:
        """What an answer is recorded with: the model, and where there is a choice the endpoint."""
        return self.model_name if self.is_environment else f"{self.model} @ {self.name}"[:200]

    @property
    def key(self) -> str:
        """Raises encryption.Unreadable."""
        return encryption.decrypt(self.encrypted_key) if self.encrypted_key else ""

    @key.setter
    def key(self, key: str) -> None:
        self.encrypted_key = encryption.encrypt(key) if key else ""

    @property
    def room(self) -> int | None:
        """Answers that it may write at once; None for any number."""
        if self.at_once is None and self.is_local:
            return int(settings.LOCAL_MODEL_SLOTS)
        return self.at_once

    @property
    def reads(self) -> int:
        """Tokens of its context."""
        return int(settings.LOCAL_MODEL_CONTEXT) if self.is_local else self.context

    def asked(self, *, reflecting: bool = False) -> AgentEndpoint:
        """As the agent asks it. Raises LLMUnauthorized where the key cannot be read."""
        if self.is_environment:
            named: AgentEndpoint = settings.LLM_ENDPOINT
            model = (settings.REFLECTION_MODEL_NAME if reflecting else "") or named.model
            return AgentEndpoint(named.base_url, model, named.api_key, named.local)
        try:
            key = self.key
        except encryption.Unreadable:
            raise llm_failures.unreadable_key(self.name) from None
        model = (self.reflection_model if reflecting else "") or self.model
        return AgentEndpoint(self.base_url, model, key, name=self.name)

    def timeouts(self) -> Timeouts:
        if self.is_environment:
            return Timeouts.of(settings.LLM_ENDPOINT)
        return Timeouts(first_token=self.first_token, idle=self.idle, total=self.total)

    def rests_for(self, now: datetime) -> float:
        """Seconds until it is asked again; 0 where it may be. What a clock that jumped has left counts for nothing."""
        if self.rests_until is None or not now < self.rests_until <= now + LONGEST_REST:
            return 0.0
        return (self.rests_until - now).total_seconds()

    def cost(self, prompt: int, cached: int, completion: int) -> Decimal:
        """Of an answer, in its currency. A price that is not known is 0; that of cached tokens is the prompt's."""
        prompt_price = self.prompt_price or Decimal(0)
        cached_price = prompt_price if self.cached_price is None else self.cached_price
        completion_price = self.completion_price or Decimal(0)
        whole = (prompt - cached) * prompt_price + cached * cached_price + completion * completion_price
        return whole / _A_MILLION


class TeamEndpoint(models.Model):
    """An endpoint that the operator has chosen for a team. Who has any is answered by those alone, in their order."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="endpoints")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="teams")
    position = models.PositiveIntegerField("order", default=10, help_text="The team's lowest is asked first.")

    class Meta:
        verbose_name = "team's endpoint"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["team", "endpoint"], name="endpoint_once_per_team")]

    def __str__(self) -> str:
        return f"{self.endpoint} for {self.team}"


class TeamChoice(models.Model):
    """Which of the endpoints that answer a team is asked first: its owner's choice, while the operator allows it."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="endpoint_choice")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.endpoint} first for {self.team}"


class Ticket(models.Model):
    """Somebody's place at an endpoint that may write only so many answers at once: at work, or in line.

    `beat_at` is renewed by the process that holds it. Who is `behind` lets all others go first.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="tickets")
    holder = models.UUIDField(default=uuid.uuid4, unique=True)
    at_work = models.BooleanField(default=False)
    behind = models.BooleanField(default=False)
    since = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["behind", "pk"]

    def __str__(self) -> str:
        return f"{'at work' if self.at_work else 'in line'} at {self.endpoint_id} since {self.since:%H:%M:%S}"


class Usage(models.Model):
    """What an endpoint was asked on one day (UTC), and what that cost in its currency."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    answers = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveBigIntegerField(default=0)
    prompt_tokens = models.PositiveBigIntegerField(default=0)
    cached_tokens = models.PositiveBigIntegerField(default=0)
    completion_tokens = models.PositiveBigIntegerField(default=0)
    cost = models.DecimalField(max_digits=18, decimal_places=8, default=Decimal(0))

    class Meta:
        verbose_name_plural = "usage"
        ordering = ["-day", "endpoint"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "day"], name="usage_once_a_day")]

    def __str__(self) -> str:
        return f"{self.endpoint} on {self.day}"
