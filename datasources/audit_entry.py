"""What is to be written into the audit list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from datasources.models import AuditEntry


@dataclass(slots=True)
class Entry:
    """The values of an `AuditEntry` to be: an instance of the model costs more than many a statement."""

    team_id: int | None
    user_id: int | None
    connection_id: int | None
    user_name: str
    connection_name: str
    action: str
    source: str
    token_name: str = ""
    sql: str = ""
    message: str = ""
    verdict: str = AuditEntry.Verdict.ALLOWED.value
    outcome: str = AuditEntry.Outcome.OK.value
    rows: int | None = None
    milliseconds: float | None = None
    at: datetime = field(default_factory=timezone.now)

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}
