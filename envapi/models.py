"""Sessions over HTTP, stored so that any web process takes the next step."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from datasources.models import Connection


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> SessionQuerySet:
        """Those whose episode is under way."""
        return self.filter(is_done=False)

    def at_rest(self) -> SessionQuerySet:
        """Those of which no step is being made: they may be ended, and stepped."""
        return self.filter(models.Q(stepping_until=None) | models.Q(stepping_until__lt=timezone.now()))


class Session(models.Model):
    """One episode of a caller. `state` is what `agent.keeping` and `envapi.sessions` keep of it; `version` grows with
    each step, and while one is made `stepping_until` says how long nobody else may begin another.

    With `is_agents` an agent has made it over MCP: `episode_id` is the session's, in which one episode comes after the
    other, and until the first one `exercise` is empty. It is never done, but closed."""

    caller = models.CharField(max_length=100)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    episode_id = models.CharField(max_length=255)
    exercise = models.CharField(max_length=100, blank=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="+")
    state = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    stepping_until = models.DateTimeField(null=True)
    is_done = models.BooleanField(default=False)
    is_agents = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["caller", "-touched_at"], name="sessions_of_caller"),
            models.Index(fields=["touched_at"], name="sessions_by_silence"),
        ]
        constraints = [models.UniqueConstraint(fields=["caller", "episode_id"], name="episode_id_once_per_caller")]

    def __str__(self) -> str:
        return f"{self.exercise or 'Nothing yet'} of {self.caller}"

    @property
    def is_stepping(self) -> bool:
        return self.stepping_until is not None and self.stepping_until > timezone.now()

    @property
    def attempts(self) -> int:
        return len(self.state["episode"]["attempts"]) if self.state else 0

    @property
    def record(self) -> str:
        """The id of the `learning.Episode` that it is kept as, once it has ended."""
        return str(self.state.get("record", ""))
