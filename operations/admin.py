"""For the operator: which workers there are, and what they have done, do and are to do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django_tasks_db.admin import DBTaskResultAdmin
from django_tasks_db.models import DBTaskResult

from datasources.wording import counted
from operations import leases
from operations.models import Chore, Worker


def _moment(at: datetime | None) -> str:
    """Short, and broken between day and time where the list is narrow: Django's own would push columns out of sight."""
    return f"{localtime(at):%d\u00a0%b %H:%M:%S}" if at else "-"


def _task(path: str) -> str:
    """Such as read_schema (datasources), which may be broken: the modules are all called tasks."""
    module, _, name = path.rpartition(".")
    return f"{name} ({module.partition('.')[0]})" if module else name


class _Looked(admin.ModelAdmin[Any]):
    """Changed by nobody."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Worker)
class WorkerAdmin(_Looked):
    """A dead one is gone from here some seconds after it, if others live."""

    list_display = ["host", "pid", "queues", "is_alive", "does", "since", "beat", "started"]
    list_filter = ["queues"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """By the database's clock, which wrote the beats."""
        alive = ExpressionWrapper(Q(beat_at__gt=Now() - leases.SILENT), BooleanField())
        found: QuerySet[Any] = super().get_queryset(request)
        return found.annotate(alive=alive)  # type: ignore[no-any-return]

    @admin.display(boolean=True, description="alive")
    def is_alive(self, worker: Any) -> bool:
        return bool(worker.alive)

    @admin.display(description="doing", ordering="doing")
    def does(self, worker: Worker) -> str:
        return _task(worker.doing)

    @admin.display(description="since", ordering="doing_since")
    def since(self, worker: Worker) -> str:
        return _moment(worker.doing_since)

    @admin.display(description="last beat", ordering="beat_at")
    def beat(self, worker: Worker) -> str:
        return _moment(worker.beat_at)

    @admin.display(description="started", ordering="started_at")
    def started(self, worker: Worker) -> str:
        return _moment(worker.started_at)


@admin.register(Chore)
class ChoreAdmin(_Looked):
    list_display = ["name", "begun_at"]


admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class TaskAdmin(DBTaskResultAdmin):
    list_display = ("name", "arguments", "status", "times", "queue", "enqueued", "started", "finished")
    list_filter = ("status", "queue_name", "task_path")
    search_fields = ["args_kwargs", "traceback"]
    show_full_result_count = False
    list_per_page = 50
    actions = ["do_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request)
        return found.defer("traceback", "return_value")

    @admin.display(description="task", ordering="task_path")
    def name(self, task: DBTaskResult[Any, Any]) -> str:
        return _task(task.task_path)

    @admin.display(description="arguments")
    def arguments(self, task: DBTaskResult[Any, Any]) -> str:
        """The beginning of each: ids are long, and their first letters tell them apart."""
        return ", ".join(Truncator(str(argument)).chars(14) for argument in task.args_kwargs["args"])

    @admin.display(description="begun")
    def times(self, task: DBTaskResult[Any, Any]) -> int:
        """How often."""
        return len(task.worker_ids)

    @admin.display(description="queue", ordering="queue_name")
    def queue(self, task: DBTaskResult[Any, Any]) -> str:
        return str(task.queue_name)

    @admin.display(description="enqueued", ordering="enqueued_at")
    def enqueued(self, task: DBTaskResult[Any, Any]) -> str:
        return _moment(task.enqueued_at)

    @admin.display(description="started", ordering="started_at")
    def started(self, task: DBTaskResult[Any, Any]) -> str:
        return _moment(task.started_at)

    @admin.display(description="finished", ordering="finished_at")
    def finished(self, task: DBTaskResult[Any, Any]) -> str:
        return _moment(task.finished_at)

    @admin.action(description="Do the failed ones among them again", permissions=["view"])
    def do_again(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        again = leases.do_again(chosen)
        level = messages.SUCCESS if again else messages.WARNING
        self.message_user(request, f"{counted(again, 'task')} will be done again. Only failed ones can be.", level)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)
