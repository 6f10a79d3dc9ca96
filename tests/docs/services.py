"""The services as the pages speak of them: settings, routes and commands, taken from the code."""

import asyncio
import importlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import typer
from fastapi import FastAPI

from shared.service import Service
from shared.settings import ServiceSettings, load_settings

SERVICES = ("reporting", "scoring", "notifications")
NOWHERE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing", "KAFKA_BOOTSTRAP": "127.0.0.1:9", "HTTP_PORT": "9"}


def settings_class(service: str) -> type[ServiceSettings]:
    """The settings of a service."""
    module = importlib.import_module(f"services.{service}.settings")
    own = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, ServiceSettings)]
    return next(cls for cls in own if cls is not ServiceSettings)


@cache
def built(service: str) -> Service:
    """A service that is wired and not started; building it needs neither database nor broker."""
    settings = load_settings(settings_class(service), {f"{service.upper()}_{name}": value for name, value in NOWHERE.items()})
    # Pool and gate want a running loop, and the caller may have one of its own.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, _built(service, settings)).result()


async def _built(service: str, settings: ServiceSettings) -> Service:
    made = importlib.import_module(f"services.{service}.app").build(settings)
    assert isinstance(made, Service)
    return made


def application(service: str) -> FastAPI:
    """The HTTP application of a service."""
    return built(service).foundation.http


@cache
def routes(service: str) -> frozenset[tuple[str, str]]:
    """Method and path of every request that a service answers, as its OpenAPI says."""
    paths = application(service).openapi()["paths"]
    return frozenset((method.upper(), path) for path, methods in paths.items() for method in methods)


@cache
def commands(service: str) -> frozenset[str]:
    """Every command of a service's `__main__`, as its words: `keys add`. The empty one is what runs when nothing is said."""
    module = importlib.import_module(f"services.{service}.__main__")
    line = next(value for value in vars(module).values() if isinstance(value, typer.Typer))
    return frozenset({"", *_commands(typer.main.get_command(line), "")})


def _commands(command: Any, above: str) -> Iterator[str]:
    for name, child in getattr(command, "commands", {}).items():
        yield f"{above}{name}"
        yield from _commands(child, f"{above}{name} ")
