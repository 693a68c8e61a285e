"""The policies that can be measured against each other."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from agent.llm import LLM
from agent.policy import FixedPolicy, Policy, RandomPolicy
from agent.skills import PLAIN, Skills
from datasources.models import Connection
from learning.benchmark.measuring import Agent, Examples, without_examples
from learning.benchmark.tasks import Task
from learning.models import Evaluation
from learning.policy import StoredPolicy

MOST_ATTEMPTS = 5
"""As many as people have in the chat."""


def agent(
    llm: LLM,
    choice: str,
    attempts: int,
    connection: Connection | None = None,
    *,
    seed: int | None = None,
    learning: bool = False,
    examples: Examples = without_examples,
    skills: Skills = PLAIN,
) -> Agent:
    """Who is measured. Without repair there is one attempt."""
    maker = policy_maker(choice, connection, seed, learning=learning)
    return Agent(llm, maker, 1 if choice == Evaluation.Policy.NONE else attempts, examples, skills)


def policy_maker(
    choice: str, connection: Connection | None, seed: int | None = None, *, learning: bool = False
) -> Callable[[Task], Policy]:
    """What gives each question its policy.

    The learned one is what the connection's bandit knows by now, or without a connection what all bandits together
    know; each question meets it as it is stored. With `learning` one of them goes through all questions and learns
    from each. Neither is ever saved: measuring changes nothing. It tries nothing out either, and where several repairs
    are alike, the same one is taken each time. A random one depends on seed and question only.
    """
    if choice in (Evaluation.Policy.FIXED, Evaluation.Policy.NONE):
        return lambda task: FixedPolicy()
    if choice == Evaluation.Policy.RANDOM:
        return lambda task: RandomPolicy(None if seed is None else f"{seed} {task.id}")
    if learning:
        learner = _learned(connection, "")
        return lambda task: learner
    return lambda task: _learned(connection, task.id)


def _learned(connection: Connection | None, seed: str) -> StoredPolicy:
    return StoredPolicy.load(connection, exploration=0.0, random=Random(seed))  # noqa: S311 - among equals
