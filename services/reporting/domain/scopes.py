"""How far a key reaches: the movements and the agencies, each agency with those below it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """None means all."""

    movements: frozenset[str] | None = None
    agencies: frozenset[str] | None = None

    def covers_movement(self, movement: str) -> bool:
        """Whether the key is good for the movement."""
        return self.movements is None or movement in self.movements

    def covers_agency(self, agency: str) -> bool:
        """Whether the key is good for the agency: it or one above it is named."""
        return self.agencies is None or any(agency == own or agency.startswith(f"{own}.") for own in self.agencies)
