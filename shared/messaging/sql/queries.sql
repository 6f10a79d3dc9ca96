-- name: take_locks
-- Takes each named lock until the end of the transaction, in the order given: the function scan keeps the order of the arrays.
SELECT CASE
    WHEN shared THEN pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '/' || name, 0))
    ELSE pg_advisory_xact_lock(hashtextextended(current_schema() || '/' || name, 0))
END
FROM unnest($1::text[], $2::boolean[]) AS wanted (name, shared);

-- name: draw_revisions
-- Draws so many revisions, each greater than every one drawn before.
SELECT (SELECT number FROM epoch) * 1000000000000 + nextval('revision') AS revision FROM generate_series(1, $1::integer);

-- name: keep_new_events
-- Marks events as applied and returns the places of those that this consumer has never applied; a second delivery returns none.
-- An event that could not be applied has no mark, so a redelivery applies it: then its dead letter closes here.
WITH arrived AS (
    SELECT source, id, place FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS arrived (source, id, place)
), kept AS (
    INSERT INTO inbox (consumer, source, id, applied_at)
    SELECT $1, source, id, $4 FROM arrived ORDER BY source, id
    ON CONFLICT DO NOTHING
    RETURNING source, id
), closed AS (
    UPDATE dead_letter SET state = 'applied', closed_at = $4, closed_because = 'delivered again'
    FROM kept
    WHERE dead_letter.consumer = $1 AND dead_letter.source = kept.source AND dead_letter.id = kept.id AND state <> 'applied'
)
SELECT place - 1 AS place FROM arrived JOIN kept USING (source, id) ORDER BY place;

-- name: prune_inbox
-- Forgets the oldest marks before an instant, at most so many; other replicas' steps are passed by.
DELETE FROM inbox WHERE (consumer, source, id) IN (
    SELECT consumer, source, id FROM inbox WHERE applied_at < $1 ORDER BY applied_at LIMIT $2 FOR UPDATE SKIP LOCKED
);

-- name: bury
-- Keeps records that can not be applied, whole; the same record found again only counts as another attempt.
INSERT INTO dead_letter (
    consumer, topic, partition, record_offset, appended_at, key, value, header_names, header_values, source, id, code, reason, trace, found_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (consumer, topic, partition, record_offset) DO UPDATE
SET attempts = dead_letter.attempts + 1, code = excluded.code, reason = excluded.reason, trace = excluded.trace
WHERE dead_letter.state = 'open';

-- name: count_open_dead_letters
-- Counts a consumer's open dead letters, up to a limit.
SELECT count(*) FROM (SELECT FROM dead_letter WHERE consumer = $1 AND state = 'open' LIMIT $2) AS counted;

-- name: list_dead_letters
-- Lists dead letters from a number on, oldest first, by whatever is asked for.
SELECT
    number, consumer, topic, partition, record_offset, appended_at, source, id, code, reason, state, found_at, attempts,
    closed_at, closed_because
FROM dead_letter
WHERE number > $1
    AND ($2::text IS NULL OR consumer = $2)
    AND ($3::text IS NULL OR code = $3)
    AND ($4::text IS NULL OR topic = $4)
    AND ($5::text IS NULL OR state = $5)
    AND ($6::timestamptz IS NULL OR found_at >= $6)
    AND ($7::timestamptz IS NULL OR found_at < $7)
    AND ($8::text IS NULL OR id = $8 OR starts_with(id, $8 || '/'))
    AND ($9::text IS NULL OR strpos(lower(reason), lower($9)) > 0)
ORDER BY number LIMIT $10;

-- name: get_dead_letter
-- Returns one dead letter whole.
SELECT * FROM dead_letter WHERE number = $1;

-- name: find_dead_letter_at
-- Returns the number of the dead letter that a record is kept in.
SELECT number FROM dead_letter WHERE consumer = $1 AND topic = $2 AND partition = $3 AND record_offset = $4;

-- name: hold_dead_letter
-- Locks one dead letter for the transaction that closes it, and tells its state.
SELECT state FROM dead_letter WHERE number = $1 FOR UPDATE;

-- name: close_dead_letter
-- Closes a dead letter that is not yet applied.
UPDATE dead_letter SET state = $2, closed_at = $3, closed_because = $4 WHERE number = $1 AND state <> 'applied';

-- name: note_failed_replay
-- Notes why a dead letter failed again.
UPDATE dead_letter SET attempts = attempts + 1, code = $2, reason = $3, trace = $4 WHERE number = $1 AND state <> 'applied';

-- name: prune_dead_letters
-- Forgets dead letters that were closed before an instant, at most so many.
DELETE FROM dead_letter WHERE number IN (
    SELECT number FROM dead_letter WHERE state <> 'open' AND closed_at < $1 ORDER BY closed_at LIMIT $2 FOR UPDATE SKIP LOCKED
);

-- name: open_breaker
-- Notes that a consumer stopped itself.
INSERT INTO breaker (consumer, opened_at, reason) VALUES ($1, $2, $3) ON CONFLICT (consumer) DO NOTHING;

-- name: find_breaker
-- Tells since when and why a consumer has stopped itself; no row where it runs.
SELECT opened_at, reason FROM breaker WHERE consumer = $1;

-- name: list_breakers
-- Lists the consumers that have stopped themselves.
SELECT consumer, opened_at, reason FROM breaker;

-- name: close_breaker
-- Lets a consumer run again.
DELETE FROM breaker WHERE consumer = $1;

-- name: allow_skip
-- Allows a consumer to go past what stands at its place; of one partition the last word counts.
INSERT INTO skip (consumer, topic, partition, from_offset, to_offset, asked_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (consumer, topic, partition) DO UPDATE
SET from_offset = excluded.from_offset, to_offset = excluded.to_offset, asked_at = excluded.asked_at;

-- name: find_skip
-- Tells where a consumer may go on from its place; no row where nobody allowed it.
SELECT to_offset FROM skip WHERE consumer = $1 AND topic = $2 AND partition = $3 AND from_offset = $4;

-- name: forget_skip
-- Forgets what was skipped.
DELETE FROM skip WHERE consumer = $1 AND topic = $2 AND partition = $3 AND from_offset = $4;

-- name: count_relays
-- Counts the relays that are alive for this schema: each holds the same lock, shared.
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND mode = 'ShareLock' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32 | objid::bigint) = hashtextextended(current_schema() || '/relays', 0);

-- name: speak_or_leave
-- Ends the relay's connection, and with it the locks on its shards, when it was silent for so long: its process may be frozen, its machine gone.
SELECT set_config('idle_session_timeout', $1, false);

-- name: join_relays
-- Shows for as long as the connection lives that one more relay is alive.
SELECT pg_advisory_lock_shared(hashtextextended(current_schema() || '/relays', 0));

-- name: take_shard
-- Takes a shard for this connection if nobody else owns it.
SELECT pg_try_advisory_lock(hashtextextended(current_schema() || '/relay/' || $1::smallint, 0));

-- name: leave_shard
-- Leaves a shard to another relay.
SELECT pg_advisory_unlock(hashtextextended(current_schema() || '/relay/' || $1::smallint, 0));

-- name: read_outbox
-- Reads the next rows of the shards in order, bounded for each shard in rows and bytes; topics that can not be reached are left out.
SELECT next.*
FROM unnest($1::smallint[]) AS owned (shard)
CROSS JOIN LATERAL (
    SELECT * FROM (
        SELECT shard, position, id, aggregatetype, aggregateid, type, payload, ce_source, ce_subject, ce_time, ce_test, traceparent,
            sum(octet_length(payload)) OVER (ORDER BY position) - octet_length(payload) AS bytes_before
        FROM (
            SELECT * FROM outbox WHERE outbox.shard = owned.shard AND aggregatetype <> ALL ($2::text[]) ORDER BY position LIMIT $3
        ) AS first_rows
    ) AS measured
    WHERE bytes_before < $4
) AS next
ORDER BY shard, position;

-- name: delete_sent
-- Deletes rows whose records all in-sync replicas acknowledged. Each is looked up by its key, whatever the planner believes of the
-- table: vacuumed while it was empty, a queue counts as empty however long it grows, and a join would read the whole of it each time.
DELETE FROM outbox WHERE ctid = ANY (ARRAY(
    SELECT found.ctid
    FROM unnest($1::smallint[], $2::bigint[]) AS sent (shard, position)
    CROSS JOIN LATERAL (
        SELECT ctid FROM outbox WHERE outbox.shard = sent.shard AND outbox.position = sent.position LIMIT 1
    ) AS found
));

-- name: use_indexes
-- Tells the planner that the outbox may be long, for as long as the connection is the relay's: a plan made while it is short would stay.
SET enable_seqscan = off;

-- name: measure_outbox
-- Tells how many rows wait, up to a limit, and since when the oldest of them does.
SELECT count(*) AS rows, min(announced_at) AS oldest FROM (SELECT announced_at FROM outbox LIMIT $1) AS counted;

-- name: measure_dead_letters
-- Counts the open dead letters of each consumer.
SELECT consumer, count(*) AS rows FROM dead_letter WHERE state = 'open' GROUP BY consumer;

-- name: notify
-- Wakes the named workers in every process of this service.
SELECT pg_notify('wake.' || current_schema(), $1);

-- name: channel
-- Tells the name of the channel on which this service is woken.
SELECT 'wake.' || current_schema();

-- name: answer
-- Shows that the database answers.
SELECT 1;
