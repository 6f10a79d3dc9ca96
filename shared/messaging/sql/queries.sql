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
WITH arrived AS (
    SELECT source, id, place FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS arrived (source, id, place)
), kept AS (
    INSERT INTO inbox (consumer, source, id, applied_at)
    SELECT $1, source, id, $4 FROM arrived ORDER BY source, id
    ON CONFLICT DO NOTHING
    RETURNING source, id
)
SELECT place - 1 AS place FROM arrived JOIN kept USING (source, id) ORDER BY place;

-- name: prune_inbox
-- Forgets the oldest marks before an instant, at most so many; other replicas' steps are passed by.
DELETE FROM inbox WHERE (consumer, source, id) IN (
    SELECT consumer, source, id FROM inbox WHERE applied_at < $1 ORDER BY applied_at LIMIT $2 FOR UPDATE SKIP LOCKED
);

-- name: put_into_outbox
-- Appends announcements in the order given; their positions are drawn in that order.
INSERT INTO outbox (
    shard, id, aggregatetype, aggregateid, type, payload, ce_source, ce_subject, ce_time, ce_test, traceparent, announced_at
)
SELECT shard, id, topic, key, type, payload, ce_source, ce_subject, ce_time, ce_test, traceparent, $1
FROM unnest(
    $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[],
    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[]
) WITH ORDINALITY AS announced (
    shard, id, topic, key, type, payload, ce_source, ce_subject, ce_time, ce_test, traceparent, place
)
ORDER BY place;
