"""All that a batch of letters is judged by, and all that comes of it: a handful of statements, whatever its size."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.reporting.domain.judging import Accepted, Circumstances, PlanInForce, Rejected, Report, Verdict
from services.reporting.domain.periods import ReportingPeriod
from services.reporting.domain.problems import Problem
from services.reporting.domain.scopes import Scope
from services.reporting.domain.sending import Sent
from services.reporting.domain.versions import ScoredVersion, Shelf
from services.reporting.store.periods import period_of
from services.reporting.store.statements import QUERIES, Reads, Writes, columns
from shared.plan.values import plain, value_to_text

RAW_BYTES_KEPT_MAX = 1_000_000

ReportKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What the codes in letters mean: the plan of each movement, and for each letter, in order, the agency."""

    plans: Mapping[str, PlanInForce]
    agencies: tuple[str | None, ...]


async def understand(reads: Reads, plans: Mapping[str, PlanInForce], sent: Sequence[Sent]) -> Understood:
    """Find out whom each letter is about, by the plan's codes and aliases and by what the source calls its agencies."""
    used = {(one.source, one.draft.agency) for one in sent if one.draft.agency is not None}
    rows = await reads.fetch(QUERIES.source_codes_named, *columns(sorted(used), 2)) if used else []
    codes: dict[str, dict[str, str]] = {}
    for row in rows:
        codes.setdefault(row["source"], {})[row["code"]] = row["agency"]
    agencies = tuple(meant(plans.get(one.draft.movement or ""), codes.get(one.source, {}), one.draft.agency) for one in sent)
    return Understood(plans=plans, agencies=agencies)


def meant(force: PlanInForce | None, source_codes: Mapping[str, str], code: str | None) -> str | None:
    """The agency that a code means in a movement; none where the movement or the agency is not known."""
    return None if force is None or code is None else force.directory.find(code, source_codes)


async def digests_of_receipts(reads: Reads, sent: Sequence[Sent]) -> dict[uuid.UUID, str]:
    """The bodies that receipts were made for, of all receipts that could answer these letters."""
    wanted = {receipt for one in sent for receipt in (one.receipt, one.conflict_receipt)}
    rows = await reads.fetch(QUERIES.digests_of_receipts, sorted(wanted)) if wanted else []
    return {row["receipt"]: row["digest"] for row in rows}


async def circumstances_of(
    reads: Reads, plans: Mapping[str, PlanInForce], letters: Sequence[tuple[Sent, str | None]]
) -> list[Circumstances]:
    """What is known of what each letter names, in order."""
    places = sorted({(one.draft.movement, one.draft.period) for one, _ in letters if one.draft.movement and one.draft.period})
    rows = await reads.fetch(QUERIES.periods_named, *columns(places, 2)) if places else []
    periods = {(row["movement"], row["period"]): period_of(row) for row in rows}
    members = await _members(reads, letters)
    access = await _access(reads, letters)
    return [_circumstances(one, agency, plans, periods, members, access) for one, agency in letters]


def _circumstances(
    sent: Sent,
    agency: str | None,
    plans: Mapping[str, PlanInForce],
    periods: Mapping[tuple[str, str], ReportingPeriod],
    members: set[ReportKey],
    access: "Access",
) -> Circumstances:
    movement, period = sent.draft.movement or "", sent.draft.period or ""
    return Circumstances(
        force=plans.get(movement),
        period=periods.get((movement, period)),
        agency=agency,
        is_member=(movement, period, agency or "") in members,
        source_known=sent.scope is not None or sent.source in access.registered,
        scopes=(sent.scope,) if sent.scope is not None else access.scopes_at(sent.source, sent.submitted_at),
    )


def keys_of(letters: Sequence[tuple[Sent, str | None]]) -> list[ReportKey]:
    """The reports that letters name, as far as they name one, in order and each once."""
    named = {(one.draft.movement, one.draft.period, agency) for one, agency in letters}
    return sorted((movement, period, agency) for movement, period, agency in named if movement and period and agency)


async def _members(reads: Reads, letters: Sequence[tuple[Sent, str | None]]) -> set[ReportKey]:
    keys = keys_of(letters)
    rows = await reads.fetch(QUERIES.members_named, *columns(keys, 3)) if keys else []
    return {(row["movement"], row["period"], row["agency"]) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Which sources are registered, and what their keys reach."""

    registered: frozenset[str]
    keys: Mapping[str, tuple[asyncpg.Record, ...]]

    def scopes_at(self, source: str, instant: datetime) -> tuple[Scope, ...]:
        """What the source's keys reached when it handed in."""
        return tuple(
            Scope(movements=_all_or(row["movements"]), agencies=_all_or(row["agencies"]))
            for row in self.keys.get(source, ())
            if (row["expires_at"] is None or row["expires_at"] > instant) and (row["revoked_at"] is None or row["revoked_at"] > instant)
        )


def _all_or(codes: Sequence[str] | None) -> frozenset[str] | None:
    return None if codes is None else frozenset(codes)


async def _access(reads: Reads, letters: Sequence[tuple[Sent, str | None]]) -> Access:
    """Ask only for letters that came without a key."""
    sources = sorted({one.source for one, _ in letters if one.scope is None})
    if not sources:
        return Access(registered=frozenset(), keys={})
    registered = await sources_registered(reads, sources)
    keys: dict[str, tuple[asyncpg.Record, ...]] = {}
    for row in await reads.fetch(QUERIES.scopes_of_sources, sources):
        keys[row["source"]] = (*keys.get(row["source"], ()), row)
    return Access(registered=registered, keys=keys)


async def sources_registered(reads: Reads, sources: Sequence[str]) -> frozenset[str]:
    """Sources that have a topic for their receipts."""
    rows = await reads.fetch(QUERIES.sources_registered, sorted(set(sources)))
    return frozenset(row["source"] for row in rows)


async def shelves_of(reads: Reads, letters: Sequence[tuple[Sent, str | None]]) -> dict[ReportKey, Shelf]:
    """What is held of the reports that letters name."""
    named = {(one.draft.movement, one.draft.period, agency, one.draft.version) for one, agency in letters}
    wanted = sorted((m, p, a, v) for m, p, a, v in named if m and p and a and v)
    rows = await reads.fetch(QUERIES.shelves_named, *columns(wanted, 4)) if wanted else []
    shelves: dict[ReportKey, Shelf] = {}
    for row in rows:
        key = (row["movement"], row["period"], row["agency"])
        digests = dict(shelves[key].digests) if key in shelves else {}
        if row["digest"] is not None:
            digests[row["version"]] = row["digest"]
        shelves[key] = Shelf(digests=digests, highest=row["highest"], withdrawn_to=row["withdrawn_to"])
    return shelves


async def keep_receipts(writes: Writes, verdicts: Sequence[tuple[Verdict, int]]) -> int:
    """Keep the receipt of each verdict, with its revision; returns how many were kept."""
    kept = await writes.fetch(QUERIES.keep_receipts, *columns((_receipt_row(verdict, revision) for verdict, revision in verdicts), 16))
    return len(kept)


def _receipt_row(verdict: Verdict, revision: int) -> tuple[object, ...]:
    sent, draft = verdict.sent, verdict.sent.draft
    accepted = isinstance(verdict, Accepted)
    agency = verdict.report.agency if isinstance(verdict, Accepted) else verdict.agency or draft.agency
    return (
        sent.conflict_receipt if isinstance(verdict, Rejected) and verdict.conflict else sent.receipt,
        sent.source,
        sent.event_id,
        sent.digest,
        sent.channel,
        sent.submitted_at,
        accepted,
        draft.movement,
        draft.period,
        agency,
        draft.version,
        _said(verdict.notes if isinstance(verdict, Accepted) else ()),
        _said(verdict.problems if isinstance(verdict, Rejected) else ()),
        None if accepted else sent.raw[:RAW_BYTES_KEPT_MAX],
        len(sent.raw),
        revision,
    )


def _said(problems: Sequence[Problem]) -> str:
    """Write problems as they are kept; their facts, and their own sentences where they have some."""
    return json.dumps([_problem_row(problem) for problem in problems], ensure_ascii=False)


def _problem_row(problem: Problem) -> dict[str, object]:
    row: dict[str, object] = {"code": problem.code, "pointer": problem.pointer, "facts": dict(problem.facts)}
    for name, sentence in (("detail", problem.detail), ("mend", problem.mend)):
        row |= {name: {"vi": sentence.vi, "en": sentence.en}} if sentence is not None else {}
    return row


async def keep_reports(writes: Writes, reports: Sequence[tuple[Report, int]]) -> None:
    """Keep accepted versions, each with its revision."""
    if reports:
        await writes.execute(QUERIES.keep_reports, *columns((_report_row(report, revision) for report, revision in reports), 12))


def _report_row(report: Report, revision: int) -> tuple[object, ...]:
    return (
        report.movement,
        report.period,
        report.agency,
        report.version,
        report.digest,
        report.source,
        uuid.UUID(report.receipt),
        report.submitted_at,
        revision,
        json.dumps({code: value_to_text(value) for code, value in report.values}, ensure_ascii=False),
        json.dumps({code: plain(score) for code, score in report.self_scores}, ensure_ascii=False),
        report.reference,
    )


async def keep_scored(writes: Writes, scored: Sequence[ScoredVersion]) -> None:
    """Keep the newest of each agency and period."""
    newest: dict[ReportKey, ScoredVersion] = {}
    for one in sorted(scored, key=lambda each: each.revision):
        newest[one.movement, one.period, one.agency] = one
    if newest:
        rows = ((one.movement, one.period, one.agency, one.version, one.revision) for one in newest.values())
        await writes.execute(QUERIES.keep_scored, *columns(rows, 5))
