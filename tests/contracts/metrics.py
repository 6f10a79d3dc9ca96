"""`docs/metrics.md`, made from the modules in which metrics are declared: what each means, and what to do when it moves."""

import importlib
from collections.abc import Iterator
from types import ModuleType

from prometheus_client import Counter, Gauge, Histogram

MODULES = {
    "Consumers, relay and workers, in every service": "shared.messaging.metrics",
    "HTTP, keys and the pool, in every service": "shared.http.metrics",
    "reporting": "services.reporting.metrics",
    "scoring": "services.scoring.metrics",
    "notifications": "services.notifications.metrics",
}
Metric = Counter | Gauge | Histogram
FIRST_LINES = """\
# Metrics

Each service answers `GET /metrics` in Prometheus' text format, without a key. No label holds an agency, an id or anything else that has
no bound. Made from the modules named below by `make documents`.
"""


def metrics_page() -> str:
    """Write every metric that is declared."""
    parts = [FIRST_LINES]
    for title, name in MODULES.items():
        rows = "\n".join(row(metric) for metric in metrics_in(importlib.import_module(name)))
        place = f"{name.replace('.', '/')}.py"
        parts.append(
            f"## {title}\n\n[{place}](../{place})\n\n| metric | type | labels | meaning, and what to do |\n|---|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


def metrics_in(module: ModuleType) -> Iterator[Metric]:
    """The metrics that a module declares, in its order."""
    return (value for value in vars(module).values() if isinstance(value, Counter | Gauge | Histogram))


def row(metric: Metric) -> str:
    """Write one metric under the name that Prometheus shows."""
    (family,) = metric.describe()
    name = f"{family.name}_total" if family.type == "counter" else family.name
    labels = ", ".join(f"`{label}`" for label in metric._labelnames)
    return f"| `{name}` | {family.type} | {labels} | {family.documentation.replace('|', chr(92) + '|')} |"
