"""compose.yaml and what belongs to it: by the specification, and by what the product knows of itself."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from compose_spec.compose_spec import PyOptions  # type: ignore[import-not-found]  # a compiled module

from sqlagent_site.env import SETTINGS
from sqlagent_site.parts import NAMES
from tests.processes import ROOT

OURS = ("setup", "web", "worker")
BESIDE = {"SITE_HOST", "POSTGRES_PASSWORD", "COMPOSE_PROFILES"}
"""Of .env, what compose.yaml reads and the product does not."""
KNOWN = {setting.name for setting in SETTINGS}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return found


def test_it_is_what_the_specification_allows() -> None:
    options = PyOptions()
    options.apply_merge = True

    read = options.from_yaml((ROOT / "compose.yaml").read_text())

    assert set(OURS) < set(read.to_dict()["services"])


def test_there_are_two_of_what_answers_and_of_what_works(services: dict[str, Any]) -> None:
    assert [services[name]["deploy"]["replicas"] for name in ("web", "worker")] == [2, 2]


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_that_the_product_has(services: dict[str, Any], name: str) -> None:
    assert set(services[name]["environment"]) <= KNOWN


@pytest.mark.parametrize("name", OURS)
def test_what_the_image_and_the_proxy_take_for_granted_is_not_for_env_to_change(
    services: dict[str, Any], name: str
) -> None:
    settings = services[name]["environment"]

    assert (settings["HOST"], settings["PORT"], settings["DATA_DIR"]) == ("0.0.0.0", "7860", "/data")


def test_whatever_the_file_asks_of_the_environment_is_in_the_example() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / "compose.yaml").read_text()))

    assert asked <= set(_example())


def test_the_example_names_nothing_that_nobody_reads() -> None:
    assert set(_example()) <= KNOWN | BESIDE


def test_images_of_others_are_of_one_certain_version(services: dict[str, Any]) -> None:
    others = [service["image"] for service in services.values() if "build" not in service]

    assert others
    assert all(re.search(r":\d+(\.\d+)*", image) for image in others)


def test_only_the_proxy_is_reached_from_outside(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


def test_whatever_stays_has_a_health_check_and_comes_back(services: dict[str, Any]) -> None:
    staying = {name: service for name, service in services.items() if name != "setup"}

    assert all(service["healthcheck"]["test"][0] == "CMD" for service in staying.values())
    assert {service["restart"] for service in staying.values()} == {"unless-stopped"}


def test_nothing_starts_before_the_tables_are_there(services: dict[str, Any]) -> None:
    needed = [services[name]["depends_on"]["setup"]["condition"] for name in ("web", "worker")]

    assert needed == ["service_completed_successfully"] * 2


@pytest.mark.parametrize("name", OURS)
def test_ours_may_do_nothing_but_run(services: dict[str, Any], name: str) -> None:
    service = services[name]

    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_parts_that_are_run_are_all_that_there_are_but_the_embedded_model(services: dict[str, Any]) -> None:
    commands = [services[name]["command"] for name in ("web", "worker")]

    assert all(command[:4] == ["python", "manage.py", "serve", "--only"] for command in commands)
    assert [part for command in commands for part in command[4].split(",")] == [
        name for name in NAMES if name != "model"
    ]


def test_the_proxy_sends_visitors_to_the_web_processes() -> None:
    caddyfile = (ROOT / "deploy/Caddyfile").read_text()
    image = (ROOT / "Dockerfile").read_text()

    assert "{$WEB_NAME:web} 7860" in caddyfile
    assert "PORT=7860" in image


def _example() -> Iterator[str]:
    """Its names, also of those that are commented out."""
    for line in (ROOT / ".env.example").read_text().splitlines():
        if found := re.match(r"#?([A-Z_]+)=", line):
            yield found[1]
