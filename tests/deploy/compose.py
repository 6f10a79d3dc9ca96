"""Reads docker-compose.yml as an engine would: anchors resolved, variables put in from .env.example."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
COMPOSE = CHECKOUT / "docker-compose.yml"
SERVICES = ("reporting", "scoring", "notifications")
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<how>:-|:\?)(?P<text>[^}]*))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What the tests look at of one entry under `services`."""

    name: str
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[str, ...] = ()
    raw: Mapping[str, Any]

    @property
    def once(self) -> bool:
        """Whether it does its work and ends."""
        return str(self.raw.get("restart", "no")).startswith("on-failure")


def example_variables() -> dict[str, str]:
    """The variables of .env.example."""
    lines = (CHECKOUT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def variables_used() -> set[str]:
    """Every variable that the file takes from outside."""
    return {match["name"] for match in VARIABLE.finditer(COMPOSE.read_text(encoding="utf-8"))}


def filled_in(text: str, variables: Mapping[str, str]) -> str:
    """Put variables into a text; one that must be set and is not raises."""

    def value(match: re.Match[str]) -> str:
        found = variables.get(match["name"], "")
        if not found and match["how"] == ":?":
            raise KeyError(match["name"])
        return found or match["text"] or ""

    return VARIABLE.sub(value, text)


def _filled_in(node: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _filled_in(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled_in(value, variables) for value in node]
    return filled_in(node, variables) if isinstance(node, str) else node


@cache
def document() -> Mapping[str, Any]:
    """The whole file."""
    loaded = _filled_in(yaml.safe_load(COMPOSE.read_text(encoding="utf-8")), example_variables())
    assert isinstance(loaded, dict)
    return loaded


def containers() -> dict[str, Container]:
    """Every container by its name."""
    return {name: _container(name, raw) for name, raw in document()["services"].items()}


def _container(name: str, raw: Mapping[str, Any]) -> Container:
    return Container(
        name=name,
        command=tuple(raw.get("command", ())),
        environment=dict(raw.get("environment", {})),
        ports=tuple(raw.get("ports", ())),
        raw=raw,
    )
