"""What the workers do for the workbench."""

from django_tasks import task

from workbench.saved.boards import refreshing
from workbench.saved.subscriptions import checking


@task()
def refresh_pin(pin_id: int) -> None:
    refreshing.refresh(pin_id)


@task()
def check_subscription(subscription_id: int) -> None:
    checking.check(subscription_id)
