"""Every request that a page shows is one that a service answers."""

import re

import pytest

from tests.docs.pages import blocks, code_spans, page, pages
from tests.docs.services import SERVICES, routes

ASKED = re.compile(r"^(GET|POST|PUT|PATCH|DELETE) (/[^\s?]+)")
CURL = re.compile(r'curl .*?\$(?P<service>REPORTING|SCORING|NOTIFICATIONS)(?P<path>/[^\s?"]+)', re.DOTALL)
OPEN = ("/health/", "/metrics", "/openapi.json")


def answered(method: str, path: str, known: frozenset[tuple[str, str]]) -> bool:
    """Whether a request fits a route: each part equal, or a parameter on either side, or `…` for the rest."""
    return any(method == own and _fits(path.strip("/").split("/"), pattern.strip("/").split("/")) for own, pattern in known)


def _fits(parts: list[str], pattern: list[str]) -> bool:
    if parts[-1].endswith("…") and parts[-1] != "…":
        return pattern[: len(parts)] == [*parts[:-1], parts[-1].removesuffix("…")]
    if "…" in parts:
        place = parts.index("…")
        return parts[:place] == pattern[:place] and (place + 1 == len(parts) or parts[place + 1 :] == pattern[-(len(parts) - place - 1) :])
    return len(parts) == len(pattern) and all(a == b or b.startswith("{") or a.startswith("{") for a, b in zip(parts, pattern, strict=True))


def requests_named(path: str) -> list[tuple[str, str]]:
    """Requests that a page names in its prose; what stands in brackets may be there or not."""
    found = [ASKED.match(span) for span in code_spans(page(path))]
    asked = [(match[1], match[2]) for match in found if match is not None and not match[2].startswith(OPEN)]
    return [(method, form) for method, text in asked for form in both_forms(text.removesuffix("["))]


def both_forms(text: str) -> set[str]:
    """`/a[/b]` is `/a` and `/a/b`."""
    return {re.sub(r"\[[^\]]*\]", "", text), text.replace("[", "").replace("]", "")}


def requests_made(path: str) -> list[tuple[str, str, str]]:
    """Service, method and path of every curl of a page."""
    found = []
    for block in blocks(page(path), "bash"):
        for command in block.replace("\\\n", " ").splitlines():
            method = re.search(r"-X (\w+)", command)
            found += [(match["service"].lower(), method[1] if method else "GET", match["path"]) for match in CURL.finditer(command)]
    return found


NAMED = [(path, method, asked) for path in pages() for method, asked in sorted(requests_named(path))]
MADE = [(path, service, method, asked) for path in pages() for service, method, asked in sorted(requests_made(path))]


@pytest.mark.parametrize(("path", "method", "asked"), NAMED)
def test_a_request_that_a_page_names_is_answered(path: str, method: str, asked: str) -> None:
    assert any(answered(method, asked, routes(service)) for service in SERVICES), f"{path}: {method} {asked}"


@pytest.mark.parametrize(("path", "service", "method", "asked"), MADE)
def test_a_request_that_a_page_makes_is_answered_by_its_service(path: str, service: str, method: str, asked: str) -> None:
    known = frozenset((own, re.sub(r"\{\w+\}", "{}", pattern)) for own, pattern in routes(service))
    assert answered(method, re.sub(r"\$\w+", "{x}", asked), known), f"{path}: {method} {asked} at {service}"


def test_a_request_that_no_route_answers_is_seen() -> None:
    known = frozenset({("GET", "/v1/receipts/{receipt}"), ("POST", "/v1/movements/{movement}/periods/{period}/open")})
    assert answered("GET", "/v1/receipts/{receipt}", known)
    assert answered("GET", "/v1/receipts/9f1c", known)
    assert answered("POST", "/v1/movements/…/open", known)
    assert answered("GET", "/v1/receipts…", known)
    assert not answered("GET", "/v1/receipt…", known)
    assert both_forms("/v1/a[/{b}]") == {"/v1/a", "/v1/a/{b}"}
    assert not answered("POST", "/v1/receipts/9f1c", known)
    assert not answered("GET", "/v1/receipts", known)
    assert not answered("POST", "/v1/movements/…/shut", known)
