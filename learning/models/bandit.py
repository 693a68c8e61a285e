"""What the bandit decided, what came of it, and what it learned.

Decisions and lessons are only ever appended: they are the truth. Arms are sums over them, kept because a sum is read
faster than a log; `manage.py rebuildbandit` makes them anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from agent.errors import ErrorClass
from agent.repairs import Strategy
from datasources.models import Connection
from datasources.wording import signed
from learning.models.episodes import Episode

if TYPE_CHECKING:
    from accounts.models import User

_STRATEGIES = [(s.value, s.value) for s in Strategy]


class BanditArm(models.Model):
    """What one strategy has earned on one connection, of one person there, or (without a connection) on all together.

    `gram` holds the d×d sum of x xᵀ and `response` the d sum of reward·x, both float64 in row order, for the
    features named in `features`: plain sums, so that concurrent updates add up. Those of a person (`user`) are kept
    where the team asks for it; what they learn counts for the connection and for all, too.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="arms")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    strategy = models.CharField(max_length=20, choices=_STRATEGIES)
    features = models.JSONField()
    gram = models.BinaryField()
    response = models.BinaryField()
    pulls = models.PositiveIntegerField(default=0)
    reward_sum = models.FloatField(default=0.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "strategy"], condition=models.Q(user=None), name="one_arm_per_connection"
            ),
            models.UniqueConstraint(
                fields=["connection", "user", "strategy"],
                condition=models.Q(user__isnull=False),
                name="one_arm_per_connection_and_user",
            ),
            models.UniqueConstraint(
                fields=["strategy"], condition=models.Q(connection=None), name="one_shared_arm_per_strategy"
            ),
            models.CheckConstraint(
                condition=models.Q(user=None) | models.Q(connection__isnull=False),
                name="a_persons_arm_is_of_a_connection",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} of {self.connection or 'all connections'}: {self.pulls} pulls"


class BanditDecisionQuerySet(models.QuerySet["BanditDecision"]):
    def visible_to(self, user: User) -> BanditDecisionQuerySet:
        return self.filter(connection__team__memberships__user=user)

    def by_agents(self) -> BanditDecisionQuerySet:
        return self.filter(by_agent=True)

    def by_bandits(self) -> BanditDecisionQuerySet:
        """Those of people's questions."""
        return self.filter(by_agent=False)

    def counting(self) -> BanditDecisionQuerySet:
        """Those that no reset has made void."""
        resets = BanditReset.objects.filter(connection_id=models.OuterRef("connection_id"), undone_at=None)
        return self.exclude(models.Exists(resets.filter(at__gte=models.OuterRef("at"))))


class BanditDecision(models.Model):
    """One choice of a repair: appended when its episode ends, and never changed.

    `context` holds the features that were not 0, by name (see agent.policy.FEATURES), `scores` the score of every arm.
    `propensity`, in (0, 1], is the probability with which `strategy` was chosen, by the rule of
    `learning.policy.StoredPolicy`; `exploration` the share of choices that it made at random, `alpha` how much
    uncertainty counted. They stay when the episode or the connection is deleted: there is no text in them. The number
    of a connection stays, too: its resets count as long as its decisions do. One `by_agent` has no user: it is of no
    person's own questions.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="decisions"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    episode = models.ForeignKey(Episode, on_delete=models.SET_NULL, null=True, related_name="decisions")
    attempt = models.PositiveSmallIntegerField()
    error_class = models.CharField(max_length=20, choices=[(e.value, e.value) for e in ErrorClass])
    context = models.JSONField()
    scores = models.JSONField()
    strategy = models.CharField(max_length=20, choices=_STRATEGIES)
    propensity = models.FloatField()
    exploration = models.FloatField(default=0.0)
    alpha = models.FloatField(default=0.0)
    by_agent = models.BooleanField(default=False, help_text="Chosen by an agent in training, not by a bandit")
    at = models.DateTimeField(default=timezone.now)

    objects = BanditDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["connection", "-at"], name="decisions_of_connection"),
            models.Index(fields=["at"], name="decisions_by_time"),
            models.Index(fields=["connection", "at"], condition=models.Q(by_agent=True), name="decisions_by_agents"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["episode", "attempt"], name="one_decision_per_attempt"),
            models.CheckConstraint(
                condition=models.Q(propensity__gt=0, propensity__lte=1), name="propensity_is_a_probability"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} for {self.error_class}"


class BanditLesson(models.Model):
    """What a decision earned, or earned more or less than was known before: its reward is the sum of its lessons.

    `parts` say of what `amount` is made, by name (see agent.rewards).
    """

    class Kind(models.TextChoices):
        ATTEMPT = "attempt", "How the attempt ended"
        HINDSIGHT = "hindsight", "A later attempt answered"
        VERDICT = "verdict", "A person's verdict"

    decision = models.ForeignKey(BanditDecision, on_delete=models.CASCADE, related_name="lessons")
    kind = models.CharField(max_length=10, choices=Kind)
    amount = models.FloatField()
    parts = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind}: {signed(self.amount, 3)}"


class BanditReset(models.Model):
    """What was decided on a connection up to `at` counts no more, unless the reset was `undone_at` some time.

    The connection always has a number, but may be gone.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="bandit_resets"
    )
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        name = Connection.objects.filter(bandit_resets=self).values_list("name", flat=True).first()
        return f"{name or f'deleted database {self.connection_id}'}, {self.at:%Y-%m-%d %H:%M}"


class ImportedPolicy(models.Model):
    """A policy that was trained elsewhere: its sums count for a connection beside its own, until it is removed.

    `data` is the file's content, as `learning.bandit.transfer` reads it.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="imported_policies")
    name = models.CharField(max_length=200)
    data = models.JSONField()
    pulls = models.PositiveIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "imported policies"

    def __str__(self) -> str:
        return self.name
