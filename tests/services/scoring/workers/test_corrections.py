"""Whatever is corrected, returned, withdrawn, appraised, closed and reopened: nothing survives the report that it stood on."""

import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from services.scoring.domain.appraisal import Appraisal, Finding
from services.scoring.domain.marks import Cause, CauseKind, NewMark
from services.scoring.domain.standing import Void, VoidKind, standing_version
from services.scoring.store.appraisals import AppraisalRecord, keep_appraisal
from services.scoring.store.hearing import append_marks
from shared.plan.values import Given
from tests.services.scoring.desk import Desk, of_type
from tests.services.scoring.trial import MOVEMENT, NORTH, PERIOD, closed, opened, published, reopened, returned, submitted, withdrawn

STEPS = 14
SEEDS = range(8)


@dataclass(kw_only=True)
class Season:
    """One cluster through a season, with what must be true told by the simplest means: lists of what was done."""

    desk: Desk
    dice: random.Random
    revision: int = 10
    is_closed: bool = False
    versions: dict[str, list[int]] = field(default_factory=lambda: {agency: [] for agency in NORTH})
    voids: dict[str, list[Void]] = field(default_factory=lambda: {agency: [] for agency in NORTH})
    appraised: dict[str, set[int]] = field(default_factory=lambda: {agency: set() for agency in NORTH})
    granted: set[str] = field(default_factory=set)

    def standing(self, agency: str) -> int | None:
        """The version that counts."""
        return standing_version(self.versions[agency], self.voids[agency])

    def next(self) -> int:
        """The next revision."""
        self.revision += 1
        return self.revision

    async def step(self) -> None:
        """Do something that is possible now."""
        agency = self.dice.choice(NORTH)
        possible: list[Callable[[str], Awaitable[None]]] = [self.decide] if self.is_closed else [self.submit, self.submit]
        if self.standing(agency) is not None:
            possible += [self.appraise] if self.is_closed else [self.return_, self.withdraw, self.appraise]
        await self.dice.choice([*possible, self.turn])(agency)
        await self.desk.work()

    async def submit(self, agency: str) -> None:
        """Send the next version."""
        version = max(self.versions[agency], default=0) + 1
        self.versions[agency].append(version)
        works = str(self.dice.choice((20, 30, 30, 40)))
        await self.desk.hear(submitted(self.next(), agency, version, works, "10"))

    async def return_(self, agency: str) -> None:
        """Return the version that counts."""
        version = self.standing(agency) or 1
        self.voids[agency].append(Void(version=version, kind=VoidKind.RETURNED, revision=self.next()))
        await self.desk.hear(returned(self.revision, agency, version))

    async def withdraw(self, agency: str) -> None:
        """Withdraw it, and all below."""
        version = self.standing(agency) or 1
        self.voids[agency].append(Void(version=version, kind=VoidKind.WITHDRAWN, revision=self.next()))
        await self.desk.hear(withdrawn(self.revision, agency, version))

    async def appraise(self, agency: str) -> None:
        """Find another value on the version that counts."""
        version = self.standing(agency) or 1
        async with self.desk.transactions.begin([]) as transaction:
            [revision] = await transaction.draw_revisions(1)
            found = {"works": Finding(value=Given(Decimal(self.dice.choice((5, 45)))), reason="x")}
            made = Appraisal(revision=revision, report_version=version, findings=found)
            record = AppraisalRecord(appraisal=made, reason="", actor="body", appraised_at=transaction.now)
            await keep_appraisal(transaction, (MOVEMENT, PERIOD, agency), record)
            cause = Cause(kind=CauseKind.APPRAISAL)
            await append_marks(transaction, [NewMark(movement=MOVEMENT, period=PERIOD, agency=agency, cause=cause)])
        self.appraised[agency].add(version)

    async def decide(self, agency: str) -> None:
        """Grant whatever is open for a unit."""
        statement = "UPDATE proposal SET state = 'granted', stage = 'granted' WHERE agency = $1 AND state = 'proposed' RETURNING proposal"
        self.granted |= {row["proposal"] for row in await self.desk.rows(statement, agency)}

    async def turn(self, _agency: str) -> None:
        """Close, or reopen."""
        named = {agency: self.standing(agency) for agency in NORTH}
        await self.desk.hear(reopened(self.next()) if self.is_closed else closed(self.next(), named))
        self.is_closed = not self.is_closed

    async def holds(self) -> None:
        """Look at everything that stands."""
        rows = await self.desk.rows("SELECT * FROM score WHERE is_current")
        scores = {row["agency"]: row for row in rows}
        for agency in NORTH:
            self.score_holds(agency, dict(scores[agency]) if agency in scores else None)
        current = {agency: row["revision"] for agency, row in scores.items() if not row["is_void"]}
        [ranking] = await self.desk.rows("SELECT standings FROM ranking")
        for row in json.loads(ranking["standings"]):
            assert row["score_revision"] == current.get(row["agency"])
            assert (row["rank"] is None) == (scores[row["agency"]]["total"] is None if row["agency"] in scores else True)
        for proposal in await self.desk.rows("SELECT * FROM proposal WHERE state <> 'withdrawn'"):
            if proposal["state"] == "proposed":
                assert self.is_closed
                assert proposal["score_revision"] == current[proposal["agency"]]
            else:
                assert proposal["proposal"] in self.granted
                moved = proposal["score_revision"] != scores[proposal["agency"]]["revision"]
                assert (proposal["flagged_at"] is not None) == moved

    def score_holds(self, agency: str, row: dict[str, Any] | None) -> None:
        """A score stands on the version that counts, and follows its appraisal; without such a version there is no score."""
        standing = self.standing(agency)
        if standing is None:
            assert row is None or row["is_void"] or row["report_version"] is None
            return
        assert row is not None
        assert (row["report_version"], row["is_void"]) == (standing, False)
        assert (row["appraisal"] is not None) == (standing in self.appraised[agency])
        assert row["state"] == ("final" if self.is_closed else "provisional")


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_survives_the_report_it_stood_on(desk: Desk, seed: int) -> None:
    await desk.heard(published(1), opened(2))
    season = Season(desk=desk, dice=random.Random(seed))
    for agency in NORTH:
        await season.submit(agency)
    await desk.work()
    await season.holds()
    for _ in range(STEPS):
        await season.step()
        await season.holds()
    decided = {str(one["proposal"]) for one in of_type(await desk.said(), "award-withdrawn")}
    assert not decided & season.granted
