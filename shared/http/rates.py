"""How often a key may ask: a bucket for each key that fills at a steady rate. Kept in memory, so each replica counts for itself.

Promise: bounded memory, constant work for a request, and an answer that says which limit it is, how long to wait and what is left.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from shared.http.problems import Problem

KEYS_MAX = 10_000
POLICY = "key"


@dataclass(slots=True)
class Bucket:
    """What is left of a key's burst, and when that was worked out."""

    left: float
    at: float


class Rates:
    """Lets each key ask so many times a second, and so many at once after a pause."""

    def __init__(self, *, per_second: float, burst: int, now: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._now = now
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, name: str) -> None:
        """Count one request of a key; raises the problem too-many-requests where it has none left."""
        now = self._now()
        bucket = self._buckets.pop(name, None) or Bucket(self._burst, now)
        bucket.left, bucket.at = min(self._burst, bucket.left + (now - bucket.at) * self._per_second), now
        self._buckets[name] = bucket
        if len(self._buckets) > KEYS_MAX:
            self._buckets.popitem(last=False)  # the one that asked longest ago: its bucket is the fullest
        if bucket.left < 1:
            raise self._refusal(bucket)
        bucket.left -= 1

    def _refusal(self, bucket: Bucket) -> Problem:
        """Say which limit it is, what is left of it, and when there is room again."""
        seconds = math.ceil((1 - bucket.left) / self._per_second)
        window = math.ceil(self._burst / self._per_second)
        headers = {
            "retry-after": str(seconds),
            "ratelimit-policy": f'"{POLICY}";q={self._burst};w={window}',
            "ratelimit": f'"{POLICY}";r=0;t={seconds}',
        }
        return Problem("too-many-requests", headers=headers, per_second=f"{self._per_second:g}", burst=self._burst, seconds=seconds)
