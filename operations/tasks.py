"""What the workers do for the operator."""

from django_tasks import task

from operations.schedule import DUTIES


@task()
def do_duty(name: str) -> None:
    duty = DUTIES.get(name)
    if duty:  # one of another release may be none here
        duty.do()
