"""Whom a code means: an agency's own code, one of its aliases, or what a source calls it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from shared.plan.types import Plan, PlanAgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An agency as the registry tells it to everyone."""

    code: str
    name_vi: str
    name_en: str
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None


class Directory:
    """Codes and aliases of the agencies of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._canonical = canonical_codes(plan)

    def find(self, code: str, source_codes: Mapping[str, str]) -> str | None:
        """The agency that is meant: the source's own code goes first, for within its source it can mean nothing else."""
        meant = source_codes.get(code, code)
        return self._canonical.get(meant)


def canonical_codes(plan: Plan) -> dict[str, str]:
    """Every code and alias to the agency's own code; an alias of two agencies means neither, a code is never an alias of another."""
    found: dict[str, str | None] = {}
    for agency in plan.agencies:
        for alias in aliases_of(agency):
            found[alias] = agency.code if found.get(alias, agency.code) == agency.code else None
    found |= {agency.code: agency.code for agency in plan.agencies}
    return {alias: code for alias, code in found.items() if code is not None}


def aliases_of(agency: PlanAgency) -> tuple[str, ...]:
    """Other codes of the agency, its statistical code among them."""
    return (*agency.aliases, *((agency.gso_code,) if agency.gso_code else ()))


def agencies_of(plan: Plan) -> Iterator[Agency]:
    """What the plan says of each agency."""
    for agency in plan.agencies:
        yield Agency(
            code=agency.code,
            name_vi=agency.name_vi,
            name_en=agency.name_en,
            aliases=aliases_of(agency),
            valid_from=agency.valid_from,
            valid_to=agency.valid_to,
            successor=agency.successor,
        )
