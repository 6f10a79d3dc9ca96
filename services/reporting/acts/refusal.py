"""A refusal of the domain is told as a problem, in both languages, over HTTP and on the command line alike."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.reporting.contract.sentences import http_problem
from services.reporting.domain.problems import Refused
from shared.http.problems import Problem
from shared.messaging import Rejected


@contextmanager
def refusals_told() -> Iterator[None]:
    """Turn a refusal of the domain, or of a record that Kafka would not take, into the problem that answers it."""
    try:
        yield
    except Refused as refused:
        raise http_problem(refused.problems) from refused
    except Rejected as rejected:
        raise Problem(rejected.code) from rejected
