"""What the bandit learned."""

from __future__ import annotations

from django.db import models

from agent.repairs import Strategy
from datasources.models import Connection


class BanditArm(models.Model):
    """What one strategy has earned on one connection (or, without a connection, on all of them together).

    `gram` holds the d×d sum of x xᵀ and `response` the d sum of reward·x, both float64 in row order, for the
    features named in `features`: plain sums, so that concurrent updates add up.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="arms")
    strategy = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Strategy])
    features = models.JSONField()
    gram = models.BinaryField()
    response = models.BinaryField()
    pulls = models.PositiveIntegerField(default=0)
    reward_sum = models.FloatField(default=0.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "strategy"], name="one_arm_per_connection"),
            models.UniqueConstraint(
                fields=["strategy"], condition=models.Q(connection=None), name="one_shared_arm_per_strategy"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} of {self.connection or 'all connections'}: {self.pulls} pulls"
