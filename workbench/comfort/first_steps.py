"""The first use, on the sample: five steps, each done when it has really happened."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User
from datasources.models import Connection
from learning.models import Episode, Remark
from workbench.comfort.models import StepSeen


@dataclass(frozen=True)
class Step:
    """`how` says what to do, `href` leads to where, where that is another page."""

    title: str
    how: str
    is_done: bool
    href: str = ""


@dataclass(frozen=True)
class FirstSteps:
    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if not step.is_done), None)


def sample_of(user: User) -> Connection | None:
    return Connection.objects.visible_to(user).filter(is_sample=True).defer("schema_snapshot").first()


def first_steps(user: User) -> FirstSteps | None:
    """None where there is no sample to take them on."""
    sample = sample_of(user)
    if sample is None:
        return None
    seen = {*StepSeen.objects.filter(user=user).values_list("step", flat=True)}
    asked = Episode.objects.filter(user=user, connection__is_sample=True, source=Episode.Source.CHAT).exists()
    chat, prompt = reverse("ask", args=[sample.pk]), reverse("generations", args=[sample.pk])
    return FirstSteps(
        (
            Step("Ask the sample something", "Choose one of the five questions, or type your own.", asked, chat),
            Step(
                "Look at the SQL",
                "It stands above the rows of each answer: point at it for a moment, or copy it.",
                StepSeen.Step.SQL in seen,
            ),
            Step(
                "Mark an answer Correct",
                "Asked again, it is then answered at once, and questions like it see its SQL.",
                user.verdicts.filter(is_right=True).exists(),
            ),
            Step(
                "Say what is wrong with one",
                "Press Wrong and leave a remark: a curator can make it a rule.",
                Remark.objects.filter(user=user).exists(),
            ),
            Step(
                "See the prompt",
                "What the agent is told, and how that changes with what you say.",
                StepSeen.Step.PROMPT in seen,
                prompt,
            ),
        )
    )


def want(user: User, *, wanted: bool) -> None:
    user.wants_first_steps = wanted
    user.save(update_fields=["wants_first_steps"])
