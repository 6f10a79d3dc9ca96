"""The conservation checker: what went in, what it did and what was told of it are held against one another, in the manner of Jepsen's.

Promise: it knows the product's topics and tables as an auditor would, and shares no code with what it judges. Every check is a pairing:
each cause has exactly one effect. A cause without its effect is lost, one with two is doubled, an effect without a cause is unfounded.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.chaos.conservation import account
from tests.chaos.evidence import Evidence, Expected, Row, Seen

INTAKE = "intake."
VOIDED = {"report-returned": "returned", "report-withdrawn": "withdrawn"}
NOT_TOLD = frozenset({"access-changed"})
SCHEMAS = ("reporting", "scoring", "notifications")


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What was found, each as a sentence; and how many pairs were looked at."""

    pairs: int = 0
    records: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    unfounded: list[str] = field(default_factory=list)
    unaccounted: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that may not be."""
        return [*self.lost, *self.doubled, *self.reordered, *self.unfounded, *self.unaccounted]

    def pair(self, what: str, causes: Iterable[Hashable], effects: Iterable[Hashable]) -> None:
        """Hold causes against effects."""
        wanted, found = set(causes), Counter(effects)
        self.pairs += len(wanted)
        self.lost += [f"{what}: nothing came of {cause}" for cause in wanted - found.keys()]
        self.unfounded += [f"{what}: {effect} came of nothing" for effect in found.keys() - wanted]
        self.doubled += [f"{what}: {effect} is there {count} times" for effect, count in found.items() if count > 1]


def check(evidence: Evidence) -> Verdict:
    """Judge the evidence; it must have been taken at a quiet moment, when nothing is under way."""
    verdict = Verdict(records=len(evidence.seen))
    first = first_occurrences(evidence.seen)
    check_answers(verdict, evidence)
    check_reporting(verdict, evidence, first)
    check_scoring(verdict, evidence, first)
    check_closings(verdict, evidence, first)
    check_awards(verdict, evidence, first)
    check_told(verdict, evidence, first)
    check_order(verdict, first)
    verdict.lost += [f"{schema}'s outbox still holds {row['id']}" for schema in SCHEMAS for row in evidence.tables[f"{schema}.outbox"]]
    verdict.unaccounted += account(evidence)
    return verdict


def first_occurrences(records: Iterable[Seen]) -> list[Seen]:
    """Keep the first record of each event, in the order of the topic: a repeat after a crash is allowed, another id is not."""
    kept: dict[tuple[str, tuple[str, str]], Seen] = {}
    for record in sorted(records, key=lambda each: each.place):
        if record.name and record.identity is not None:
            kept.setdefault((record.topic, record.identity), record)
    return list(kept.values())


def told(first: Iterable[Seen], *names: str) -> Iterator[Row]:
    """The data of the events of these names, each event once."""
    for record in first:
        if record.name in names and record.data is not None:
            yield record.data


def keyed(*columns: str) -> Callable[[Row], tuple[object, ...]]:
    """Name a row, or an event's data, by some of its fields."""
    return lambda row: tuple(row[column] for column in columns)


VERSION = keyed("movement", "period", "agency", "version")
VERSION_REVISED = keyed("movement", "period", "agency", "version", "revision")
SCORE = keyed("movement", "period", "agency", "revision")
RANKING = keyed("movement", "period", "cluster", "revision")


def check_answers(verdict: Verdict, evidence: Evidence) -> None:
    """Every body that a sender got an acknowledgement for has its receipt; and it was taken, or refused, as it had to be."""
    unsure = {(sent.source, sent.id) for sent in evidence.sent if not sent.is_acknowledged}
    either = {(sent.source, sent.id) for sent in evidence.sent if sent.expected is Expected.EITHER}
    bodies: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    accepted = set()
    for sent in evidence.sent:
        name = (sent.source, sent.id)
        if name in unsure:
            continue
        if sent.body not in bodies[name]:
            bodies[name].append(sent.body)
        if sent.expected is Expected.ACCEPTED:
            accepted.add(name)
    for record in evidence.seen:
        if record.topic.startswith(INTAKE) and "ce_id" not in record.headers:  # without an id it is known by its place
            bodies[record.topic.removeprefix(INTAKE), "/".join(map(str, record.place))].append(record.value)
    receipts = Counter((row["source"], row["event_id"]) for row in evidence.tables["reporting.receipt"])
    answered = ((name, n) for name, count in receipts.items() if name not in unsure for n in range(count))
    verdict.pair("a receipt for what was sent", ((name, n) for name, each in bodies.items() for n in range(len(each))), answered)
    taken = ((row["source"], row["event_id"]) for row in evidence.tables["reporting.receipt"] if row["accepted"])
    verdict.pair("what was right is accepted", accepted, (name for name in taken if name not in unsure | either))


def check_reporting(verdict: Verdict, evidence: Evidence, first: list[Seen]) -> None:
    """A receipt is told to its source; an accepted one is a version; a version, a return and a withdrawal are told to all."""
    receipts, reports = evidence.tables["reporting.receipt"], evidence.tables["reporting.report"]
    named = keyed("receipt", "revision")
    verdict.pair("a receipt is told", map(named, receipts), map(named, told(first, "report-accepted", "report-rejected")))
    of_receipt = keyed("receipt", "movement", "period", "agency", "version")
    verdict.pair(
        "an accepted receipt is a version", map(of_receipt, (row for row in receipts if row["accepted"])), map(of_receipt, reports)
    )
    verdict.pair("a version is told", map(VERSION_REVISED, reports), map(VERSION_REVISED, told(first, "report-submitted")))
    returned = (row for row in reports if row["returned"])
    verdict.pair("a return is told", map(VERSION, returned), map(VERSION, told(first, "report-returned")))
    verdict.pair(
        "a withdrawal is told", map(VERSION, evidence.tables["reporting.withdrawal"]), map(VERSION, told(first, "report-withdrawn"))
    )


def check_scoring(verdict: Verdict, evidence: Evidence, first: list[Seen]) -> None:
    """What was told of reports is kept once; what stands is scored; every score is told, and no other."""
    tables = evidence.tables
    verdict.pair(
        "a version told is kept", map(VERSION_REVISED, told(first, "report-submitted")), map(VERSION_REVISED, tables["scoring.report"])
    )
    voids = ((*VERSION(record.data or {}), VOIDED[record.name]) for record in first if record.name in VOIDED)
    verdict.pair("a voiding told is kept", voids, ((*VERSION(row), row["kind"]) for row in tables["scoring.report_void"]))
    scores = tables["scoring.score"]
    verdict.pair("a score is told", map(SCORE, scores), map(SCORE, told(first, "score-computed", "score-voided")))
    current = [row for row in scores if row["is_current"] and not row["is_void"] and row["report_version"] is not None]
    scored = (keyed("movement", "period", "agency", "report_version")(row) for row in current)
    verdict.pair("the version that stands is scored", standing(tables), scored)
    last = {keyed("movement", "period", "cluster")(data): RANKING(data) for data in told(first, "ranking-published")}
    verdict.pair("the ranking at hand is the last one told", last.values(), map(RANKING, tables["scoring.ranking"]))
    scored_last = {keyed("movement", "period", "agency")(row): row["report_version"] for row in current}
    noted = {keyed("movement", "period", "agency")(row): row["version"] for row in tables["reporting.scored"]}
    verdict.pair("reporting knows what was scored", scored_last.items(), ((k, v) for k, v in noted.items() if v is not None))


def standing(tables: Mapping[str, Iterable[Row]]) -> Iterator[tuple[object, ...]]:
    """The versions that count, by the rules as they are written for senders and not as any code has them."""
    subject = keyed("movement", "period", "agency")
    withdrawn: dict[tuple[object, ...], int] = defaultdict(int)
    for row in tables["reporting.withdrawal"]:
        withdrawn[subject(row)] = max(withdrawn[subject(row)], row["version"])
    highest: dict[tuple[object, ...], int] = {}
    for row in tables["reporting.report"]:
        if not row["returned"] and row["version"] > withdrawn[subject(row)]:
            highest[subject(row)] = max(highest.get(subject(row), 0), row["version"])
    return ((*name, version) for name, version in highest.items())


def check_closings(verdict: Verdict, evidence: Evidence, first: list[Seen]) -> None:
    """A close is told of each cluster with exactly the versions that stand, and scoring's last word is on these."""
    tables, closed = evidence.tables, list(told(first, "period-closed"))
    cluster = keyed("movement", "period", "cluster")
    verdict.pair("a close is told of each cluster", map(cluster, tables["reporting.closed"]), map(cluster, closed))
    over = {(row["movement"], row["period"]) for row in closed}
    named = [(row["movement"], row["period"], each["agency"], each["version"]) for row in closed for each in row["reports"]]
    counted = (each for each in standing(tables) if each[:2] in over)
    verdict.pair("what stands at the close is what was named", counted, (each for each in named if each[3] is not None))
    final = (row for row in tables["scoring.score"] if row["is_current"] and row["state"] == "final")
    verdict.pair("what was named is what is final", named, map(keyed("movement", "period", "agency", "report_version"), final))


def check_awards(verdict: Verdict, evidence: Evidence, first: list[Seen]) -> None:
    """Suggestions, decisions and revocations are told, each once; a closed period with reports has suggestions; acts are a whole chain."""
    tables, proposal = evidence.tables, keyed("proposal")
    suggested = tables["scoring.proposal"]
    verdict.pair("a suggestion is told", map(proposal, suggested), map(proposal, told(first, "award-proposed")))
    withdrawn = (row for row in suggested if row["state"] == "withdrawn")
    verdict.pair("a suggestion that is withdrawn is told", map(proposal, withdrawn), map(proposal, told(first, "award-withdrawn")))
    decided, revoked = keyed("proposal", "outcome"), keyed("proposal", "ground")
    verdict.pair("a decision is told", map(decided, tables["scoring.decision"]), map(decided, told(first, "award-decided")))
    verdict.pair("a revocation is told", map(revoked, tables["scoring.revocation"]), map(revoked, told(first, "award-revoked")))
    ended = {"granted", "refused", "revoked"}
    verdict.pair(
        "who is decided on has a decision",
        (proposal(r) for r in suggested if r["state"] in ended),
        map(proposal, tables["scoring.decision"]),
    )
    reported = {(row["movement"], row["period"]) for row in told(first, "period-closed") if any(each["version"] for each in row["reports"])}
    lacking = reported - {(row["movement"], row["period"]) for row in suggested}
    verdict.lost += [f"nobody is suggested in {period}, which is closed" for period in lacking]
    for service in ("reporting", "scoring"):
        check_acts(verdict, service, tables[f"{service}.act"], told(first, "act-recorded"))


def check_acts(verdict: Verdict, service: str, kept: Iterable[Row], witnessed: Iterable[Row]) -> None:
    """Acts form one chain without a gap, and each is told as it is kept."""
    rows, link = sorted(kept, key=lambda row: row["sequence"]), keyed("sequence", "hash", "previous_hash")
    verdict.pair(f"an act of {service} is told", map(link, rows), (link(row) for row in witnessed if row["service"] == service))
    before = [None, *(row["hash"] for row in rows)][: len(rows)]
    verdict.pair(f"the acts of {service} are a chain", enumerate(before, 1), ((row["sequence"], row["previous_hash"]) for row in rows))


def check_told(verdict: Verdict, evidence: Evidence, first: list[Seen]) -> None:
    """Downstream is told every event once, under positions without a gap; each service knows the last word on every key."""
    events = (record.identity for record in first if record.name not in NOT_TOLD and not record.topic.startswith(INTAKE))
    feed = evidence.tables["notifications.feed"]
    verdict.pair("an event is in the feed", events, ((row["source"], row["id"]) for row in feed))
    positions = [row["position"] for row in feed]
    verdict.pair("the feed has no gap", range(1, len(feed) + 1), positions)
    last = {data["key_digest"]: data["revision"] for data in told(first, "access-changed")}
    for schema in SCHEMAS:
        known = ((row["digest"], row["revision"]) for row in evidence.tables[f"{schema}.access_key"])
        verdict.pair(f"{schema} knows every key", last.items(), known)


def check_order(verdict: Verdict, first: list[Seen]) -> None:
    """First occurrences rise in revision, which is drawn under the key's lock, for each key of each topic."""
    highest: dict[tuple[str, str], tuple[int, Seen]] = {}
    for record in first:
        revision = (record.data or {}).get("revision")
        if not isinstance(revision, int) or record.topic.startswith(INTAKE):
            continue
        known = highest.get((record.topic, record.key))
        if known is not None and revision <= known[0]:
            verdict.reordered.append(f"{record.topic}, key {record.key}: {revision} at {record.place} stands behind {known[0]}")
        highest[record.topic, record.key] = max(known, (revision, record), key=lambda pair: pair[0]) if known else (revision, record)
