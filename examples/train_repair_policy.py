"""Train a small policy that chooses how a failed query is repaired, with OpenEnv's own client.

The server's model writes the SQL: the first action of an episode is `generate`; after each failure the policy picks one
of the eight repairs by `observation["context"]`, a short vector of what is known of the failure. It is a linear softmax
policy, learned by REINFORCE with a running baseline, in pure Python. What it comes to is compared, on the same tasks,
with repairs chosen at random and with the server's own bandit (the best of `observation["scores"]`).

    pip install openenv-core
    python train_repair_policy.py --url http://localhost:8000 --episodes 300 --out curve.csv

Where the server asks for a token, its address brings it: --url http://agent:TOKEN@localhost:8000.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

from openenv.core import GenericEnvClient

Observation = dict[str, Any]
Choose = Callable[[Observation], str]
PARTS = 10
"""Of the reward curve."""


@dataclass
class Repair:
    """What was chosen after a failure, and what the episode was worth from there on."""

    context: Sequence[float]
    action: str
    earned: float = 0.0


@dataclass
class SoftmaxPolicy:
    """Chooses an action with the probability softmax(weights · context)."""

    draw: random.Random
    rate: float = 0.3
    baseline: float = 0.0
    weights: dict[str, list[float]] = field(default_factory=dict)

    def probabilities(self, context: Sequence[float], actions: Sequence[str]) -> dict[str, float]:
        for action in actions:
            self.weights.setdefault(action, [0.0] * len(context))
        logits = {action: sum(map(float.__mul__, self.weights[action], context)) for action in actions}
        highest = max(logits.values())
        grown = {action: math.exp(logit - highest) for action, logit in logits.items()}
        total = sum(grown.values())
        return {action: each / total for action, each in grown.items()}

    def explore(self, seen: Observation) -> str:
        chances = self.probabilities(seen["context"], seen["available_actions"])
        return self.draw.choices(list(chances), list(chances.values()))[0]

    def best(self, seen: Observation) -> str:
        chances = self.probabilities(seen["context"], seen["available_actions"])
        return max(chances, key=chances.__getitem__)

    def learn(self, repairs: Sequence[Repair]) -> None:
        for repair in repairs:
            advantage = repair.earned - self.baseline
            self.baseline += 0.05 * advantage
            for action, chance in self.probabilities(repair.context, list(self.weights)).items():
                step = self.rate * advantage * ((action == repair.action) - chance)
                self.weights[action] = [
                    weight + step * value for weight, value in zip(self.weights[action], repair.context, strict=True)
                ]


def play(env: Any, choose: Choose, **wanted: Any) -> tuple[float, list[Repair]]:
    """One episode: the sum of its rewards, and its repairs."""
    result = env.reset(**wanted)
    action, total = "generate", 0.0
    repairs: list[Repair] = []
    while True:
        result = env.step({"action": action})
        if result.reward is None:
            raise SystemExit(f"The server's model cannot be reached: {result.observation['metadata']['message']}")
        total += result.reward
        for repair in repairs:
            repair.earned += result.reward
        if result.done:
            return total, repairs
        action = choose(result.observation)
        repairs.append(Repair(result.observation["context"], action))


def train(env: Any, policy: SoftmaxPolicy, episodes: int, seed: int, difficulty: str | None) -> list[float]:
    """The total reward of each episode, in order."""
    curve = []
    for number in range(episodes):
        total, repairs = play(env, policy.explore, seed=seed + number, difficulty=difficulty)
        policy.learn(repairs)
        curve.append(total)
    return curve


def evaluate(env: Any, choose: Choose, episodes: int, seed: int, difficulty: str | None) -> float:
    """The mean total reward. The same seed draws the same tasks, whoever chooses."""
    return mean(play(env, choose, seed=seed + n, difficulty=difficulty)[0] for n in range(episodes))


def of_the_server(seen: Observation) -> str:
    """What the server's own bandit would do: to imitate it is to learn from these scores."""
    scores: dict[str, float] = seen["scores"]
    return max(scores, key=scores.__getitem__)


def show(curve: Sequence[float]) -> None:
    size = max(1, math.ceil(len(curve) / PARTS))
    for start in range(0, len(curve), size):
        part = curve[start : start + size]
        bar = "#" * round(20 * (mean(part) + 1.25))  # five failures are worth -1.25
        print(f"episodes {start + 1:>5} to {start + len(part):<5} {mean(part):+.3f} {bar}")


def save(path: Path, curve: Sequence[float], compared: dict[str, float]) -> None:
    """Rewards by episode as CSV, or all that was measured as JSON: by the ending of the file's name."""
    if path.suffix == ".json":
        path.write_text(json.dumps({"rewards": list(curve), "mean_reward": compared}, indent=2) + "\n")
        return
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["episode", "reward"])
        rows.writerows([number, round(reward, 6)] for number, reward in enumerate(curve, 1))


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a repair policy against a running server.")
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--episodes", type=int, default=300, help="to learn from")
    parser.add_argument("--test-episodes", type=int, default=40, help="to compare on, for each policy")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--difficulty", choices=["easy", "medium", "hard"])
    parser.add_argument("--out", type=Path, help="a file for the curve, .csv or .json")
    given = parser.parse_args()

    draw = random.Random(given.seed)
    policy = SoftmaxPolicy(draw)
    choosing: dict[str, Choose] = {
        "random": lambda seen: draw.choice(seen["available_actions"]),
        "server's bandit": of_the_server,
        "trained": policy.best,
    }
    test = (given.test_episodes, given.seed + 1_000_000, given.difficulty)
    with GenericEnvClient(base_url=given.url).sync() as env:
        curve = train(env, policy, given.episodes, given.seed, given.difficulty)
        compared = {name: evaluate(env, choose, *test) for name, choose in choosing.items()}

    show(curve)
    fifth = max(1, len(curve) // 5)
    print(f"while learning: first fifth {mean(curve[:fifth]):+.3f}, last fifth {mean(curve[-fifth:]):+.3f}")
    print(f"mean reward of {given.test_episodes} episodes on the same tasks:")
    for name, reward in compared.items():
        print(f"  {name:<16}{reward:+.3f}")
    if given.out:
        save(given.out, curve, compared)


if __name__ == "__main__":
    main()
