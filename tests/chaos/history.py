"""A small whole history, written by hand: two reports and one refusal on intake, told, scored and heard, with nothing wrong in it."""

import json
from collections.abc import Mapping
from typing import Any

from tests.chaos.conservation import CONSUMERS
from tests.chaos.evidence import Evidence, Expected, Row, Seen, Sent, seen

SCHEMAS = ("reporting", "scoring", "notifications")
SOURCE = "src"
PLACE = {"movement": "m", "period": "p"}


class History:
    """Topics and tables that grow together."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.seen: list[Seen] = []
        self.tables: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self._revision = 0

    def put(self, topic: str, key: str, name: str, id_: str, data: Row | None, *, source: str = "/thidua", value: bytes = b"") -> Seen:
        """Append a record to a topic."""
        offset = sum(1 for record in self.seen if record.topic == topic)
        headers = [("ce_source", source.encode()), ("ce_id", id_.encode()), ("ce_type", f"vn.thidua.{name}.v1".encode())]
        record = seen(topic, 0, offset, key.encode(), headers if id_ else [], json.dumps(data).encode() if data else value)
        self.seen.append(record)
        return record

    def mark(self, consumer: str, source: str, id_: str) -> None:
        """Note that a consumer applied an event."""
        self.tables[f"{consumer.partition('.')[0]}.inbox"].append({"consumer": consumer, "source": source, "id": id_})

    def tell(self, topic: str, key: str, name: str, **data: object) -> dict[str, Any]:
        """Announce a fact, and have everybody who hears the topic apply it."""
        self._revision += 1
        fact = {**data, "revision": self._revision}
        record = self.put(topic, key, name, f"id-{self._revision}", fact)
        for consumer, (is_heard, named) in CONSUMERS.items():
            if is_heard(topic):
                self.mark(consumer, *(named(record) or ("", "")))
        feed = self.tables["notifications.feed"]
        feed.append({"source": "/thidua", "id": f"id-{self._revision}", "position": len(feed) + 1})
        return fact

    def take_in(self, id_: str, agency: str, version: int) -> None:
        """Send a report that is accepted, told, kept and scored."""
        body = json.dumps({"agency": agency, "version": version}).encode()
        self.sent.append(Sent(source=SOURCE, id=id_, body=body, expected=Expected.ACCEPTED, is_acknowledged=True))
        self.put(f"intake.{SOURCE}", agency, "report-sent", id_, None, source=SOURCE, value=body)
        self.mark("reporting.intake", SOURCE, f"{id_}/digest")
        named = {**PLACE, "agency": agency, "version": version}
        told = self.tell("reports", agency, "report-submitted", **named)
        self.tables["reporting.report"].append({**named, "receipt": f"r-{id_}", "revision": told["revision"], "returned": False})
        self.tables["scoring.report"].append({**named, "revision": told["revision"]})
        answer = self.tell(f"receipts.{SOURCE}", agency, "report-accepted", receipt=f"r-{id_}")
        self._keep_receipt(id_, answer["revision"], accepted=True, named=named)
        score = self.tell("scores", agency, "score-computed", **PLACE, agency=agency, report_version=version)
        self.tables["scoring.score"].append({**score, "state": "final", "is_void": False, "is_current": True})
        self.tables["reporting.scored"].append(named)

    def refuse(self, id_: str) -> None:
        """Send something that is refused."""
        self.sent.append(Sent(source=SOURCE, id=id_, body=b"{", expected=Expected.REJECTED, is_acknowledged=True))
        self.put(f"intake.{SOURCE}", "a", "report-sent", id_, None, source=SOURCE, value=b"{")
        self.mark("reporting.intake", SOURCE, f"{id_}/digest")
        answer = self.tell(f"receipts.{SOURCE}", "a", "report-rejected", receipt=f"r-{id_}")
        self._keep_receipt(id_, answer["revision"], accepted=False, named=dict.fromkeys(("movement", "period", "agency", "version")))

    def poison(self) -> None:
        """Put a record on a topic that becomes two dead letters."""
        record = self.put("reports", "a", "", "", None, value=b"\xff")
        for consumer in ("scoring.reports", "notifications.events"):
            letter = {"consumer": consumer, "topic": "reports", "partition": 0, "record_offset": record.offset, "state": "open"}
            self.tables[f"{consumer.partition('.')[0]}.dead_letter"].append(letter)

    def close(self) -> None:
        """Close the period: three members have a report, one has none."""
        score = self.tell("scores", "d", "score-computed", **PLACE, agency="d", report_version=None)
        self.tables["scoring.score"].append({**score, "state": "final", "is_void": False, "is_current": True})
        reports = [{"agency": agency, "version": None if agency == "d" else 1} for agency in "abcd"]
        self.tell("registry", "m", "period-closed", **PLACE, cluster="k", reports=reports)
        self.tables["reporting.closed"].append({**PLACE, "cluster": "k"})
        self.act("reporting", "registry", 1)

    def suggest_and_decide(self) -> None:
        """Suggest two, withdraw one, grant the other and take it back."""
        for agency, state in (("a", "revoked"), ("b", "withdrawn")):
            proposal = {**PLACE, "proposal": f"p-{agency}", "agency": agency, "rule": "r"}
            self.tell("awards", agency, "award-proposed", **proposal)
            self.tables["scoring.proposal"].append({**proposal, "state": state})
        self.tell("awards", "b", "award-withdrawn", proposal="p-b")
        for name, fact in (("decision", {"outcome": "granted"}), ("revocation", {"ground": "false-papers"})):
            self.tell("awards", "a", "award-decided" if name == "decision" else "award-revoked", proposal="p-a", **fact)
            self.tables[f"scoring.{name}"].append({"proposal": "p-a", **fact})
            self.act("scoring", "awards", len(self.tables["scoring.act"]) + 1)

    def act(self, service: str, topic: str, sequence: int) -> None:
        """Put one act on a service's chain, and announce it."""
        link = {"sequence": sequence, "hash": f"h{sequence}", "previous_hash": f"h{sequence - 1}" if sequence > 1 else None}
        self.tables[f"{service}.act"].append(link)
        self.tell(topic, service, "act-recorded", service=service, **link)

    def _keep_receipt(self, id_: str, revision: int, *, accepted: bool, named: Mapping[str, object]) -> None:
        row = {"receipt": f"r-{id_}", "revision": revision, "source": SOURCE, "event_id": id_, "accepted": accepted, **named}
        self.tables["reporting.receipt"].append(row)

    def evidence(self) -> Evidence:
        """What a checker would have read just now."""
        committed = {
            (consumer, record.topic, 0): record.offset + 1
            for record in self.seen
            for consumer, (is_heard, _) in CONSUMERS.items()
            if is_heard(record.topic)
        }
        return Evidence(sent=self.sent, seen=self.seen, tables=self.tables, committed=committed)


TABLES = (
    *(f"{schema}.{table}" for schema in SCHEMAS for table in ("outbox", "inbox", "dead_letter", "access_key")),
    "reporting.receipt", "reporting.report", "reporting.withdrawal", "reporting.scored",
    "reporting.closed", "reporting.act", "scoring.report", "scoring.report_void", "scoring.score", "scoring.ranking",
    "scoring.proposal", "scoring.decision", "scoring.revocation", "scoring.act", "notifications.feed",
)  # fmt: skip


def whole() -> History:
    """Write the history."""
    history = History()
    history.take_in("one", "a", 1)
    history.refuse("bad")
    history.poison()
    history.take_in("two", "b", 1)
    history.tell("reports", "c", "report-submitted", **PLACE, agency="c", version=1)
    told = history.seen[-1].data or {}
    history.tables["reporting.report"].append({**told, "receipt": "r-three", "returned": False})
    history.tables["scoring.report"].append(dict(told))
    answer = history.tell(f"receipts.{SOURCE}", "c", "report-accepted", receipt="r-three")
    history._keep_receipt("three", answer["revision"], accepted=True, named={**PLACE, "agency": "c", "version": 1})  # over HTTP
    history.sent.append(Sent(source=SOURCE, id="three", body=b"{}", expected=Expected.ACCEPTED, is_acknowledged=True))
    score = history.tell("scores", "c", "score-computed", **PLACE, agency="c", report_version=1)
    history.tables["scoring.score"].append({**score, "state": "final", "is_void": False, "is_current": True})
    history.tables["reporting.scored"].append({**PLACE, "agency": "c", "version": 1})
    history.close()
    history.suggest_and_decide()
    return history
