"""docker-compose.yml follows the compose specification and keeps every container bounded, unprivileged and watched."""

import copy
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.messaging import Limits
from tests.deploy.compose import COMPOSE, Container, containers, document, example_variables, variables_used

NAMES = sorted(containers())
LASTING = sorted(name for name, container in containers().items() if not container.once)


def breaches(of: Mapping[str, Any]) -> list[str]:
    """What the published schema of compose files says against a document."""
    schema = json.loads(files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text(encoding="utf-8"))
    return [f"/{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in Draft202012Validator(schema).iter_errors(of)]


def unbounded(container: Container) -> list[str]:
    """Bounds and restraints that a container lacks."""
    raw = container.raw
    limits = raw.get("deploy", {}).get("resources", {}).get("limits", {})
    lacking = [f"limit of {name}" for name in ("cpus", "memory", "pids") if name not in limits]
    lacking += [] if raw.get("cap_drop") == ["ALL"] else ["cap_drop ALL"]
    lacking += [] if "no-new-privileges:true" in raw.get("security_opt", []) else ["no-new-privileges"]
    lacking += [] if "max-size" in raw.get("logging", {}).get("options", {}) else ["bound of its log"]
    lacking += [] if raw.get("user") not in (None, "root", "0") or "build" in raw else ["a user that is not root"]
    return lacking


def test_the_broker_remembers_a_stopped_consumers_place_for_longer_than_duplicates_are_known() -> None:
    minutes = document()["services"]["kafka"]["environment"]["KAFKA_OFFSETS_RETENTION_MINUTES"]
    assert int(minutes) > Limits().inbox_days * 24 * 60


def test_the_file_follows_the_compose_specification() -> None:
    assert breaches(document()) == []


@pytest.mark.parametrize(
    ("key", "value"), [("imagee", "postgres:18"), ("ports", 8101), ("depends_on", {"kafka": {"condition": "service_up"}})]
)
def test_a_file_that_does_not_follow_the_specification_is_seen(key: str, value: object) -> None:
    broken = copy.deepcopy(dict(document()))
    broken["services"]["reporting"][key] = value
    assert breaches(broken)


@pytest.mark.parametrize("name", NAMES)
def test_every_container_is_bounded_and_unprivileged(name: str) -> None:
    assert unbounded(containers()[name]) == []


def test_a_container_without_bounds_is_seen() -> None:
    assert len(unbounded(Container(name="x", raw={"image": "postgres:18"}))) == 7


@pytest.mark.parametrize("name", LASTING)
def test_every_lasting_container_has_a_health_check_and_comes_back(name: str) -> None:
    raw = containers()[name].raw
    assert raw["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(raw["healthcheck"])
    assert raw["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "kafka"])
def test_every_file_system_is_read_only_but_the_broker_s(name: str) -> None:
    assert containers()[name].raw["read_only"] is True


@pytest.mark.parametrize("name", NAMES)
def test_every_published_port_is_on_the_loopback_interface(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in containers()[name].ports)


@pytest.mark.parametrize("name", NAMES)
def test_every_image_has_a_version(name: str) -> None:
    image = str(containers()[name].raw["image"])
    assert image.partition(":")[2] not in ("", "latest")


def test_the_example_names_exactly_the_variables_that_the_file_takes() -> None:
    assert set(example_variables()) == variables_used()


def test_no_password_stands_in_the_file() -> None:
    lines = [line for line in COMPOSE.read_text(encoding="utf-8").splitlines() if "PASSWORD:" in line]
    assert lines
    assert all("${" in line for line in lines)
