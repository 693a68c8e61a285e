"""One of everything that the admin shows of the learning, and how it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agent.repairs import Strategy
from datasources.models import Connection
from learning.feedback import remarks, verdicts
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import (
    Attempt,
    BanditReset,
    Candidate,
    Episode,
    EvaluatedQuestion,
    Evaluation,
    ImportedPolicy,
    Optimization,
    Reflection,
    Remark,
    TeamLearning,
)
from learning.optimizing.promotion import Verdict
from tests.learning.bandit.logs import decide, store, teach

SECRET = "what alice's team asked"
READ_ONLY = [
    "generation",
    "optimization",
    "episode",
    "verdict",
    "verifiedquery",
    "banditarm",
    "banditdecision",
    "banditreset",
    "importedpolicy",
    "evaluation",
    "evaluatedquestion",
]
ALL = [*READ_ONLY, "remark", "teamlearning"]

Things = dict[str, Any]

WEAK = Verdict(
    questions=2,
    before=0,
    after=1,
    fixed=("verified-1",),
    broke=(),
    held_questions=0,
    held_fixed=0,
    held_broke=0,
    score_before=0.25,
    score_after=0.75,
    by_chance=0.5,
    p_value=1.0,
)


def fill(connection: Connection, user: User, question: str) -> Things:
    """One of everything that is registered."""
    episode = Episode.objects.create(
        connection=connection,
        user=user,
        source="chat",
        question=question,
        sql="SELECT 1",
        status="succeeded",
        model="m",
    )
    Attempt.objects.create(
        episode=episode, number=1, strategy="generate", sql="SELECT 1", reward_parts={"success": 1.0}
    )
    verdicts.give(episode, user, True)
    made = decide(episode, connection, Strategy.FIX_COLUMN)
    teach(made, 0.5)
    evaluation = Evaluation.objects.create(connection=connection, user=user, model="m")
    remark = remarks.give(episode, user, f"wrong: {question}")
    assert remark
    optimization = optimize(connection, remark, question)
    return {
        "generation": optimization.generations.get(),
        "optimization": optimization,
        "episode": episode,
        "verdict": episode.verdicts.get(),
        "verifiedquery": episode.verified_queries.get(),
        "remark": remark,
        "banditarm": store(connection, Strategy.FIX_COLUMN, 0.5),
        "banditdecision": made,
        "banditreset": BanditReset.objects.create(connection=connection, user=user),
        "importedpolicy": ImportedPolicy.objects.create(
            connection=connection, name=question, data={}, pulls=3, removed_at=timezone.now()
        ),
        "evaluation": evaluation,
        "evaluatedquestion": EvaluatedQuestion.objects.create(
            evaluation=evaluation, number=1, task=question[:40], question=question, gold=[]
        ),
        "teamlearning": TeamLearning.objects.get_or_create(team=connection.team)[0],
    }


def optimize(connection: Connection, remark: Remark, question: str) -> Optimization:
    """One that has led to a proposal, which says the remark; few answers were known."""
    seed = changing.seed_of(connection)
    optimization = Optimization.objects.create(
        connection=connection,
        trigger="person",
        state="done",
        outcome="proposed",
        base=seed,
        model="m",
        reflection_model="m",
        evolves="rules",
        max_calls=40,
        max_tokens=1000,
        max_seconds=60,
    )
    rule = f"A rule about {question}"
    Candidate.objects.create(optimization=optimization, number=1, instructions="Answer.", rules=[rule], score=0.5)
    Reflection.objects.create(
        optimization=optimization, number=1, component="rule 1", remark=remark, asked="Why?", reply=f"RULE: {rule}"
    )
    changing.add(
        seed,
        Text("Answer.", [Rule(rule, remark.pk)]),
        "evolved",
        optimization=optimization,
        candidate=1,
        comparison=WEAK.as_json(),
    )
    return optimization


def staff(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="learning"))
    return client_of(user)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(model: str, page: str, thing: Any = None) -> str:
    return reverse(f"admin:learning_{model}_{page}", args=[thing.pk] if thing else [])


def text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def act(client: Client, model: str, action: str, chosen: Iterable[Any], reason: str = "") -> Any:
    form = {"action": action, "_selected_action": [one.pk for one in chosen], "reason": reason}
    return client.post(address(model, "changelist"), form)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]
