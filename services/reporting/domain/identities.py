"""Source and id name one body for ever: the same again is a repeat, another body is a conflict with a receipt of its own."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.reporting.domain.sending import Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """What is to be judged, what conflicts, and for every letter, in the order given, which receipt answers it."""

    fresh: tuple[Sent, ...]
    conflicting: tuple[Sent, ...]
    receipts: tuple[uuid.UUID, ...]


def sorted_out(sent: Iterable[Sent], known: Mapping[uuid.UUID, str]) -> Sorting:
    """Tell new ones from repeats and conflicts. `known` gives the digest of the body that each receipt was made for."""
    digests = dict(known)
    fresh, conflicting, receipts = list[Sent](), list[Sent](), list[uuid.UUID]()
    for one in sent:
        is_first_body = digests.get(one.receipt, one.digest) == one.digest
        receipt = one.receipt if is_first_body else one.conflict_receipt
        if receipt not in digests:
            (fresh if is_first_body else conflicting).append(one)
        digests[receipt] = one.digest
        receipts.append(receipt)
    return Sorting(fresh=tuple(fresh), conflicting=tuple(conflicting), receipts=tuple(receipts))
