"""A refusal of the domain is told as a problem, in both languages, over HTTP and on the command line alike."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.reporting.contract.sentences import http_problem
from services.reporting.domain.problems import Refused


@contextmanager
def refusals_told() -> Iterator[None]:
    """Turn Refused into the problem that answers it."""
    try:
        yield
    except Refused as refused:
        raise http_problem(refused.problems) from refused
