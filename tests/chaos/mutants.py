"""The runtime broken on purpose, one promise at a time, and for each the test that sees it.

Promise: a mutant whose text is no longer in the code fails loudly instead of testing nothing, and each runs on a copy of the tree.
"""

# ruff: noqa: E501 (a mutant is a line of the code as it stands there)

from dataclasses import dataclass
from pathlib import Path

SHARED = "tests/shared/messaging"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One place in one file: `old` stands there exactly once."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One broken promise and the test that must go red."""

    name: str
    test: str
    edits: tuple[Edit, ...]


class MutantStale(Exception):
    """The code has moved on and the mutant would change nothing: write it anew."""


def of_messaging(name: str, test: str, *edits: tuple[str, str, str]) -> Mutant:
    """Make a mutant of the runtime; a path without a folder is one of `shared/messaging`."""
    placed = tuple(
        Edit(path=path if path.startswith("services/") else f"shared/messaging/{path}", old=old, new=new) for path, old, new in edits
    )
    return Mutant(name=name, test=test if test.startswith("tests/") else f"{SHARED}/{test}", edits=placed)


SETTLE = "                settled = await self._settled(records, hand)\n"
COMMIT_IF_SETTLED = "                if settled:\n"
SEND = "        sent = await self._sender.send(rows)\n"
DELETE_ALL = '        await connection.execute(QUERIES.delete_sent, [row["shard"] for row in rows], [row["position"] for row in rows])\n'
LOCK_AND_OPEN = "            await _take(connection, ordered)\n            transaction = Transaction("
WAIT_FOR_HAND = "            await self._consuming.finish(self._limits.rebalance_wait_seconds_max)\n"
APPENDED_MARKS = "SELECT *, $8 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]);\n"
UPSERTED_MARKS = (
    APPENDED_MARKS.rstrip(";\n")
    + """ AS told (movement, period, cluster, agency, kind, cause_agency, traceparent)
WHERE NOT EXISTS (SELECT FROM mark WHERE (mark.movement, mark.period, mark.agency) = (told.movement, told.period, told.agency));
"""
)

MUTANTS = (
    of_messaging(
        "the offset is committed before the transaction",
        "test_invariants.py::test_2_the_committed_offset_never_passes_a_record_that_is_not_dealt_with",
        ("consumer.py", SETTLE, "                await self._commit(offsets_after(records), hand, kafka)\n" + SETTLE),
    ),
    of_messaging(
        "a batch that was given up moves the offsets all the same",
        "test_invariants.py::test_2_the_committed_offset_never_passes_a_record_that_is_not_dealt_with",
        ("consumer.py", COMMIT_IF_SETTLED, "                if settled or settled is False:\n"),
    ),
    of_messaging(
        "a rebalance commits the whole position",
        "tests/chaos/test_positions.py::test_a_rebalance_commits_nothing_of_a_batch_that_is_in_hand",
        ("consumer.py", "            hand = self._take_in_hand(records)\n", "            hand = self._take_in_hand(records)\n            self.client = kafka\n"),
        ("consumer.py", WAIT_FOR_HAND, "            await self._consuming.client.commit()\n" + WAIT_FOR_HAND),
    ),
    of_messaging(
        "the offset committed is one too many",
        "test_consumer.py::test_the_offsets_to_commit_are_those_behind_the_last_record_of_each_partition",
        ("consumer.py", "record.offset + 1", "record.offset + 2"),
    ),
    of_messaging(
        "offsets that could not be committed are forgotten",
        "test_consumer.py::test_offsets_that_can_not_be_committed_are_named_and_committed_later_though_nothing_more_comes",
        ("consumer.py", "            if failure is None or hand.given_up.is_set():\n", "            if failure is None or hand:\n"),
    ),
    of_messaging(
        "a failure that nobody foresaw is swallowed and the batch counts as done",
        "tests/chaos/test_positions.py::test_a_failure_inside_the_runtime_itself_loses_nothing",
        ("consumer.py", "                await pause(self._limits.backoff_seconds_max, unless=hand.given_up)\n", "                return True\n"),
    ),
    of_messaging(
        "a failure of a set is swallowed",
        "test_isolate.py::test_a_transaction_killed_half_way_leaves_nothing_and_is_done_again",
        ("isolate.py", "                parts.extend(await self._after(error, part, case))\n", '                log.warning("set-failed", error=repr(error))\n'),
    ),
    of_messaging(
        "a passing failure becomes a dead letter",
        "test_isolate.py::test_a_set_that_alone_fails_for_passing_causes_is_halved_and_the_rest_goes_on",
        ("isolate.py", "        passing = is_transient(error) or isinstance(error, DeadLettersFull)\n", "        passing = isinstance(error, DeadLettersFull)\n"),
    ),
    of_messaging(
        "there is no inbox",
        "test_invariants.py::test_3_an_event_is_applied_once_however_often_it_is_delivered",
        ("inbox.py", '    return [events[row["place"]] for row in rows]\n', "    return list(events) if rows is not None else []\n"),
    ),
    of_messaging(
        "a batch is not folded",
        "test_invariants.py::test_3_an_event_is_applied_once_however_often_it_is_delivered",
        ("settle.py", "    once = fold(events)\n", "    once = events if fold else []\n"),
    ),
    of_messaging(
        "poison is dropped",
        "test_invariants.py::test_6_every_record_read_ends_as_exactly_one_of_applied_duplicate_dead_letter",
        ("settle.py", "        await bury(transaction, consumer.consumes.name, condemned, open_max)\n", "        assert bury\n"),
    ),
    of_messaging(
        "duplicates are miscounted",
        "tests/chaos/test_positions.py::test_a_repeat_inside_one_batch_is_counted_as_a_duplicate",
        ("settle.py", "duplicates=len(events) - len(undone)", "duplicates=len(once) - len(undone)"),
    ),
    of_messaging(
        "what the handler says is done already is done again for ever",
        "test_isolate.py::test_what_the_handler_says_is_handled_already_is_marked_and_passed",
        ("settle.py", "[event.content for event in new if not event.handled]", "[event.content for event in new]"),
    ),
    of_messaging(
        "the effect commits without its mark",
        "test_invariants.py::test_1_effect_mark_announcement_and_dead_letter_commit_together_or_not_at_all",
        ("transaction.py", "    async with self._pool.acquire(timeout=ACQUIRE_SECONDS_MAX) as connection, connection.transaction():\n", "    async with self._pool.acquire(timeout=ACQUIRE_SECONDS_MAX) as connection:\n"),
    ),
    of_messaging(
        "the outbox is written in a transaction of its own",
        "test_invariants.py::test_1_effect_mark_announcement_and_dead_letter_commit_together_or_not_at_all",
        ("transaction.py", '"_names", "connection", "now")', '"_names", "connection", "now", "pool")'),
        ("transaction.py", "            await self.connection.copy_records_to_table(TABLE,", "            await self.pool.copy_records_to_table(TABLE,"),
        ("transaction.py", "            yield transaction\n", "            transaction.pool = self._pool\n            yield transaction\n"),
    ),
    of_messaging(
        "keys are not locked",
        "test_transaction.py::test_positions_of_one_key_are_in_the_order_of_commits",
        ("transaction.py", LOCK_AND_OPEN, "            transaction = Transaction("),
    ),
    of_messaging(
        "workers are woken before the commit",
        "test_transaction.py::test_workers_are_woken_after_the_commit_and_not_after_a_rollback",
        ("transaction.py", "        self._names.add(name)\n", "        self._names.add(name)\n        self.wake_now(frozenset({name}))\n"),
        ("transaction.py", '"_names", "connection", "now")', '"_names", "connection", "now", "wake_now")'),
        ("transaction.py", "            yield transaction\n", "            transaction.wake_now = self._wake\n            yield transaction\n"),
    ),
    of_messaging(
        "a record too large for the broker enters the outbox",
        "test_transaction.py::test_a_record_too_large_for_the_broker_never_enters_the_outbox",
        ("transaction.py", "        check_sizes(announcements)\n", "        assert check_sizes\n"),
    ),
    of_messaging(
        "the outbox is emptied before the acknowledgement",
        "test_invariants.py::test_4_an_announcement_stays_until_the_broker_acknowledges_it",
        ("relay.py", SEND, DELETE_ALL + SEND),
    ),
    of_messaging(
        "what was not acknowledged is deleted with the rest",
        "test_invariants.py::test_4_an_announcement_stays_until_the_broker_acknowledges_it",
        ("relay.py", '[row["shard"] for row in sent.acknowledged]', '[row["shard"] for row in rows]'),
        ("relay.py", '[row["position"] for row in sent.acknowledged]', '[row["position"] for row in rows]'),
    ),
    of_messaging(
        "relays hold no lock on their shards",
        "test_invariants.py::test_5_first_occurrences_are_in_commit_order_for_each_key_with_two_relays_alive",
        ("sql/queries.sql", "SELECT pg_try_advisory_lock(hashtextextended(current_schema() || '/relay/' || $1::smallint, 0));", "SELECT $1::smallint >= 0;"),
        ("relay.py", "        share = math.ceil(SHARDS / max(1, await connection.fetchval(QUERIES.count_relays)))\n", "        share = math.ceil(SHARDS)\n"),
    ),
    of_messaging(
        "rows leave the outbox in the wrong order",
        "test_relay.py::test_a_crash_between_acknowledgement_and_delete_repeats_and_never_reorders",
        ("sql/queries.sql", "ORDER BY shard, position;", "ORDER BY shard, position DESC;"),
    ),
    of_messaging(
        "a topic that refuses is read again at once, before all others",
        "test_relay.py::test_a_topic_that_refuses_more_records_than_are_read_at_once_holds_up_no_other",
        ("sender.py", "            self._put_off(place[0], error)\n", ""),
    ),
    of_messaging(
        "a relay that fell silent keeps its shards",
        "test_relay.py::test_a_relay_that_falls_silent_loses_its_shards_to_one_that_is_alive",
        ("relay.py", '        await connection.fetchval(QUERIES.speak_or_leave, f"{self._limits.relay_silence_seconds_max}s")\n', ""),
    ),
    of_messaging(
        "a partition's batches are sent after a failure of an earlier one",
        "tests/chaos/test_positions.py::test_a_batch_that_is_refused_is_overtaken_by_none_behind_it",
        ("sender.py", "            await asyncio.wait_for(delivery, self._limits.send_seconds_max)\n            acknowledged.extend(taken)\n", "            with suppress(KafkaError):\n                await asyncio.wait_for(delivery, self._limits.send_seconds_max)\n                acknowledged.extend(taken)\n"),
    ),
    of_messaging(
        "headers are decoded before we see them",
        "test_consumer.py::test_null_and_undecodable_headers_cost_no_record_of_the_batch",
        ("kafka.py", "        parser=_untouched,\n", ""),
        ("kafka.py", "        decoder=_as_polled,\n", ""),
        ("kafka.py", "async def _untouched(raw: Batch)", "async def untouched(raw: Batch)"),
    ),
    of_messaging(
        "marks are deleted by cluster and not by the ids that were read",
        "tests/services/scoring/workers/test_scores.py::test_a_mark_appended_while_scores_are_computed_is_not_lost",
        ("services/scoring/sql/queries.sql", "DELETE FROM mark WHERE id = ANY ($1::bigint[]);", "DELETE FROM mark WHERE id >= ANY ($1::bigint[]);"),
    ),
    of_messaging(
        "marks are upserted",
        "tests/services/scoring/workers/test_scores.py::test_a_mark_appended_while_scores_are_computed_is_not_lost",
        ("services/scoring/sql/queries.sql", APPENDED_MARKS, UPSERTED_MARKS),
    ),
)  # fmt: skip


def mutate(tree: Path, mutant: Mutant) -> dict[Path, str]:
    """Break a tree; returns the text of each file as it was. Raises MutantStale where a text is not there exactly once."""
    before: dict[Path, str] = {}
    for edit in mutant.edits:
        path = tree / edit.path
        text = path.read_text("utf-8")
        if text.count(edit.old) != 1:
            raise MutantStale(f"“{mutant.name}”: {edit.path} holds this text {text.count(edit.old)} times: {edit.old.strip()}")
        before.setdefault(path, text)
        path.write_text(text.replace(edit.old, edit.new), "utf-8")
    return before
