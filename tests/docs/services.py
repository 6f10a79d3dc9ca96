"""The services as the pages speak of them: settings, routes and commands, taken from the code."""

import importlib
from functools import cache

from fastapi import FastAPI
from fastapi.routing import APIRoute

from shared.settings import ServiceSettings, load_settings

SERVICES = ("reporting", "scoring", "notifications")
NOWHERE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing", "KAFKA_BOOTSTRAP": "127.0.0.1:9", "HTTP_PORT": "9"}


def settings_class(service: str) -> type[ServiceSettings]:
    """The settings of a service."""
    module = importlib.import_module(f"services.{service}.settings")
    own = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, ServiceSettings)]
    return next(cls for cls in own if cls is not ServiceSettings)


@cache
def application(service: str) -> FastAPI:
    """The HTTP application of a service; building it needs neither database nor broker."""
    settings = load_settings(settings_class(service), {f"{service.upper()}_{name}": value for name, value in NOWHERE.items()})
    built = importlib.import_module(f"services.{service}.app").build(settings)
    http = built.foundation.http
    assert isinstance(http, FastAPI)
    return http


@cache
def routes(service: str) -> frozenset[tuple[str, str]]:
    """Method and path of every route of a service."""
    found = [route for route in application(service).routes if isinstance(route, APIRoute)]
    return frozenset((method, route.path) for route in found for method in route.methods or ())
