"""The examples, as a researcher runs them: by OpenEnv's own package, against a running site with a scripted model."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from agent.scripted_server import ServerHandle, running_server
from learning.benchmark.tasks import Part, built_in
from tests import official
from tests.envapi.asked import reply
from tests.envapi.scripts import curable
from tests.processes import ROOT, Site


def run(example: str, site: Site, *options: str, **environment: str) -> str:
    command = official.command(ROOT / "examples" / example, "--url", site.url, *options)
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_trained_policy_beats_a_random_one(site: Site, model: ServerHandle, tmp_path: Path) -> None:
    model.set_script(curable())
    out = tmp_path / "curve.json"
    options = ["--episodes", "150", "--test-episodes", "20", "--seed", "1", "--difficulty", "easy", "--out", str(out)]
    said = run("train_repair_policy.py", site, *options)
    measured = json.loads(out.read_text())
    rewards, compared = measured["rewards"], measured["mean_reward"]
    assert len(rewards) == 150
    assert sum(rewards[-30:]) > sum(rewards[:30]) + 10
    assert compared["trained"] > compared["random"] + 0.5
    assert "episodes     1 to 15" in said
    assert f"trained         {compared['trained']:+.3f}" in said


def test_the_curve_may_be_a_table(player: official.Program, site: Site, model: ServerHandle, tmp_path: Path) -> None:
    model.set_script(curable())
    out = tmp_path / "curve.csv"
    options = ["--url", site.url, "--episodes", "3", "--test-episodes", "1", "--difficulty", "easy", "--out", str(out)]
    program = str(ROOT / "examples" / "train_repair_policy.py")
    player.ask(client="program", url=site.url, play=[[program, *options], ""])
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["episode"] for row in rows] == ["1", "2", "3"]
    assert all(-1.25 <= float(row["reward"]) <= 1 for row in rows)


def test_an_llm_writes_sql_and_is_told_what_failed(site: Site) -> None:
    right, hopeless = built_in(Part.BENCHMARK, ["easy"])[:2]
    script: list[dict[str, Any]] = [
        {
            "when": ["The query failed (no_such_function)", right.question],
            "where": "turns",
            "text": reply(right.gold[0]),
        },
        {"when": right.question, "where": "turns", "text": reply("SELECT nonsense(1)")},
        {"when": hopeless.question, "where": "turns", "text": "I cannot say."},
        {"when_re": ".", "text": reply("SELECT 'wrong'")},
    ]
    with running_server(script) as own:
        environment = {"API_BASE_URL": own.base_url, "MODEL_NAME": "scripted", "OPENAI_API_KEY": "key"}
        said = run("llm_agent.py", site, "--episodes", "40", "--difficulty", "easy", **environment)
    *lines, totals = said.splitlines()
    assert len(lines) == 40
    assert f"{right.id:<12} attempts 2  score 1.00  reward +0.750  right" in lines
    assert any(line.startswith(f"{hopeless.id:<12} attempts 5  score 0.00  reward -1.250") for line in lines)
    assert totals.startswith(f"40 episodes: {sum(line.endswith('right') for line in lines)} right, ")
