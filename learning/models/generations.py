"""The prompt's generations, and the optimizations that they came of."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from datasources.models import Connection
from learning.models.feedback import Remark

if TYPE_CHECKING:
    from accounts.models import User

SILENT = timedelta(seconds=20)
"""An optimization under way that has said nothing for so long has lost its worker."""
LONGEST_PAUSE = timedelta(minutes=1)
"""It beats in the future for as long as that. A beat that lies further ahead is of a clock that was put back."""


class GenerationQuerySet(models.QuerySet["Generation"]):
    def visible_to(self, user: User) -> GenerationQuerySet:
        return self.filter(connection__team__memberships__user=user)


class Generation(models.Model):
    """A numbered prompt of a connection. None is ever deleted or reworded: who edits one makes another.

    What the model is told is `instructions` and, as a list below them, `rules`: each a `text` and, where it says what a
    person said, the `remark` with its id, all of which are `remarks`, too. Number 0 is the seed, whose words are those
    of the release that runs. `comparison` is what promotion.Verdict has
    as JSON: how it did against the generation that was active then; `reason` says why it is in the state that it is.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "In use"
        PROPOSED = "proposed", "Proposed"
        EARLIER = "earlier", "Used before"
        REJECTED = "rejected", "Not better"
        ROLLED_BACK = "rolled_back", "Rolled back"

    class Origin(models.TextChoices):
        SEED = "seed", "The seed"
        EVOLVED = "evolved", "Evolved"
        EDITED = "edited", "Edited by hand"
        IMPORTED = "imported", "Imported"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="generations")
    number = models.PositiveIntegerField()
    parent = models.ForeignKey("self", on_delete=models.RESTRICT, null=True, related_name="children")
    origin = models.CharField(max_length=10, choices=Origin)
    state = models.CharField(max_length=12, choices=State)
    instructions = models.TextField()
    rules = models.JSONField(default=list)
    remarks: models.ManyToManyField[Remark, models.Model] = models.ManyToManyField(
        Remark, related_name="generations", blank=True
    )
    reflection = models.TextField(blank=True, help_text="Why it is as it is: what the model, or who wrote it, says")
    optimization = models.ForeignKey(
        "learning.Optimization", on_delete=models.SET_NULL, null=True, related_name="generations"
    )
    candidate = models.PositiveIntegerField(null=True, help_text="Its number among the optimization's candidates")
    comparison = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    activated_at = models.DateTimeField(null=True, help_text="When it was put into use last")

    objects = GenerationQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "number"], name="one_generation_of_a_number"),
            models.UniqueConstraint(
                fields=["connection"], condition=models.Q(state="active"), name="one_active_generation"
            ),
        ]

    def __str__(self) -> str:
        return f"generation {self.number}"

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def told(self) -> list[str]:
        """The texts of its rules."""
        return [rule["text"] for rule in self.rules]


class Activation(models.Model):
    """Each time that another generation was put into use: kept, whatever becomes of the two."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="activations")
    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="activations")
    instead_of = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="+")
    is_roll_back = models.BooleanField()
    is_automatic = models.BooleanField(help_text="By its figures, and not by a person")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["connection", "-at"], name="activations_of_connection")]

    def __str__(self) -> str:
        return f"{self.generation} instead of {self.instead_of}"


class OptimizationQuerySet(models.QuerySet["Optimization"]):
    def visible_to(self, user: User) -> OptimizationQuerySet:
        return self.filter(connection__team__memberships__user=user)

    def under_way(self) -> OptimizationQuerySet:
        return self.filter(state=Optimization.State.RUNNING)

    def silent(self) -> OptimizationQuerySet:
        """By the database's clock, which is one for all."""
        alive = Q(beat_at__gte=Now() - SILENT, beat_at__lte=Now() + (LONGEST_PAUSE + SILENT))
        return self.under_way().exclude(alive)


class Optimization(models.Model):
    """One run of GEPA for a connection (Agrawal et al. 2025, “GEPA: Reflective Prompt Evolution”).

    All that it goes by is stored when it begins: `examples` (optimizing.data.Example as JSON), `notes`, `rules`
    (`remark`, `rule`). All that it finds is stored as it finds it, so that who goes on with it repeats its steps from
    what is stored. `run` names the worker's hold on it: a step of another one has been overtaken. `calls` are questions
    asked, `tokens` those that the model read anew or wrote, `seconds` those at work.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"

    class Trigger(models.TextChoices):
        QUESTIONS = "questions", "After so many questions"
        FAILURES = "failures", "After three failures in a row"
        PERSON = "person", "Asked for by a curator"
        COMMAND = "command", "Asked for by the operator"

    class Evolves(models.TextChoices):
        RULES = "rules", "Rules, one at a time"
        INSTRUCTIONS = "instructions", "The instructions"
        BOTH = "both", "Rules and instructions"

    class Phase(models.TextChoices):
        WAITING = "waiting", "Waiting for its turn"
        BASELINE = "baseline", "Measuring the prompt in use"
        REFLECTING = "reflecting", "Reflecting on failures"
        TRYING = "trying", "Trying a candidate"
        COMPARING = "comparing", "Comparing the best candidate with the prompt in use"

    class Outcome(models.TextChoices):
        PROMOTED = "promoted", "A better prompt is in use"
        PROPOSED = "proposed", "A prompt is proposed"
        NOT_BETTER = "not_better", "The best candidate was not better"
        NOTHING_FOUND = "nothing_found", "No candidate was better on what it was tried on"
        ALL_RIGHT = "all_right", "The prompt in use answers all of them already"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="optimizations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    trigger = models.CharField(max_length=10, choices=Trigger)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    message = models.TextField(blank=True, help_text="Why it stopped or how it ended, in words for a person")
    run = models.UUIDField(default=uuid.uuid4, editable=False)
    base = models.ForeignKey(Generation, on_delete=models.RESTRICT, related_name="optimizations_from")
    model = models.CharField(max_length=200)
    reflection_model = models.CharField(max_length=200)
    schema_fingerprint = models.CharField(max_length=64, blank=True)
    evolves = models.CharField(max_length=12, choices=Evolves)
    seed = models.PositiveIntegerField(default=0)
    notes = models.TextField(blank=True)
    rules = models.JSONField(default=list)
    examples = models.JSONField(default=list)
    max_calls = models.PositiveIntegerField()
    max_tokens = models.PositiveIntegerField()
    max_seconds = models.PositiveIntegerField()
    calls = models.PositiveIntegerField(default=0)
    tokens = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    phase = models.CharField(max_length=12, choices=Phase, default=Phase.WAITING)
    outages = models.PositiveSmallIntegerField(default=0, help_text="Of the model or the database, in a row")
    started_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = OptimizationQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["connection", "-started_at"], name="optimizations_of_connection")]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=models.Q(state="running"), name="one_optimization_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"optimization of {self.connection_id}, {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_under_way(self) -> bool:
        return self.state == self.State.RUNNING


class Candidate(models.Model):
    """A prompt that an optimization found worth measuring on the whole search part of its questions.

    Number 0 is the prompt that it began with. `rules` are texts, one for each place (optimizing.candidates), or empty.
    `parents` are numbers of candidates, two where it is a merge. `scores`: by the example's place, as text.
    """

    optimization = models.ForeignKey(Optimization, on_delete=models.CASCADE, related_name="candidates")
    number = models.PositiveIntegerField()
    instructions = models.TextField()
    rules = models.JSONField(default=list)
    parents = models.JSONField(default=list)
    scores = models.JSONField(default=dict)
    score = models.FloatField(help_text="The mean")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["optimization", "number"], name="one_candidate_of_a_number")]

    def __str__(self) -> str:
        return f"candidate {self.number}"


class Trial(models.Model):
    """What came of one example that was asked with one candidate's prompt.

    `key` names the candidate by what it says (optimizing.candidates.key_of), `example` is a place in the optimization's
    list. `is_right` is None where there is no gold to tell: then the score is weak evidence. `told` is what the
    reflection is told of it.
    """

    optimization = models.ForeignKey(Optimization, on_delete=models.CASCADE, related_name="trials")
    key = models.CharField(max_length=64)
    example = models.PositiveIntegerField()
    score = models.FloatField()
    is_right = models.BooleanField(null=True)
    sql = models.TextField(blank=True)
    told = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=1)
    tokens = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["optimization", "key", "example"], name="each_trial_once")]

    def __str__(self) -> str:
        return f"trial of example {self.example}"


class Reflection(models.Model):
    """What the reflection model was asked and said, and what came of it.

    `number` counts those of one optimization, `parent` is a candidate's number. `text` is what `component` becomes;
    empty where the answer could not be used, and then `outcome` says why. `remark` is the one that it says in other
    words. `before` and `after`: mean scores on the few examples that it was made from.
    """

    optimization = models.ForeignKey(Optimization, on_delete=models.CASCADE, related_name="reflections")
    number = models.PositiveIntegerField()
    parent = models.PositiveIntegerField(default=0)
    component = models.CharField(max_length=20)
    remark = models.ForeignKey(Remark, on_delete=models.SET_NULL, null=True, related_name="+")
    asked = models.TextField()
    reply = models.TextField(blank=True)
    text = models.TextField(blank=True)
    why = models.TextField(blank=True, help_text="What went wrong, as the model says")
    outcome = models.TextField(blank=True)
    before = models.FloatField(null=True)
    after = models.FloatField(null=True)
    candidate = models.PositiveIntegerField(null=True, help_text="The candidate that it became")
    tokens = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["optimization", "number"], name="each_reflection_once")]

    def __str__(self) -> str:
        return f"reflection {self.number}"
