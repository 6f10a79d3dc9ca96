-- name: append_to_feed
-- Appends events in the order given, without a position; one that is there already is left as it is. The caller holds the lanes' locks.
INSERT INTO feed (source, id, name, lane, movement, agency, owner, private, test, body, received_at)
SELECT source, id, name, lane, movement, agency, owner, private, test, body, $1
FROM unnest(
    $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::boolean[], $11::text[]
) WITH ORDINALITY AS told (source, id, name, lane, movement, agency, owner, private, test, body, place)
ORDER BY place
ON CONFLICT (source, id) DO NOTHING;

-- name: be_the_one_that_numbers
-- Only one transaction at a time, in any process, numbers; it ends with the transaction.
SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/feed-numbering', 0));

-- name: number_feed
-- Gives the oldest committed rows without a position the next positions, in the order in which they arrived; returns how many.
WITH due AS (
    SELECT arrival, row_number() OVER (ORDER BY arrival) AS place
    FROM (SELECT arrival FROM feed WHERE position IS NULL ORDER BY arrival LIMIT $1) AS oldest
), head AS (
    UPDATE feed_state SET last_position = last_position + (SELECT count(*) FROM due)
    RETURNING last_position - (SELECT count(*) FROM due) AS before
), numbered AS (
    UPDATE feed SET position = head.before + due.place FROM due, head WHERE feed.arrival = due.arrival
    RETURNING 1
)
SELECT count(*) FROM numbered;

-- name: feed_bounds
-- Tells where the feed begins and ends now, and in which epoch.
SELECT last_position, pruned_through, (SELECT number FROM epoch) AS epoch FROM feed_state;

-- name: read_feed
-- Reads the events in a stretch of the feed that a reader may see and has asked for, in order.
SELECT position, source, id, name, lane, body
FROM feed
WHERE position > $1 AND position <= $2
    AND test = $3
    AND ($4::text[] IS NULL OR name = ANY ($4))
    AND ($5::text[] IS NULL OR movement = ANY ($5))
    AND ($6::text[] IS NULL OR EXISTS (SELECT FROM unnest($6) AS asked WHERE agency = asked OR starts_with(agency, asked || '.')))
    AND ($7::text[] IS NULL OR movement IS NULL OR movement = ANY ($7))
    AND ($8::text[] IS NULL OR agency IS NULL OR EXISTS (SELECT FROM unnest($8) AS own WHERE agency = own OR starts_with(agency, own || '.')))
    AND (owner IS NULL OR owner = $9 OR NOT (private OR $10))
    AND ($11::text IS NULL OR lane = $11)
ORDER BY position
LIMIT $12;

-- name: prune_feed
-- Forgets the oldest events received before an instant, at most so many, always a whole beginning of the feed; returns how many.
WITH oldest AS (
    SELECT position, received_at FROM feed
    WHERE position > (SELECT pruned_through FROM feed_state) ORDER BY position LIMIT $2
), through AS (
    SELECT max(position) AS position FROM oldest
    WHERE position < COALESCE((SELECT min(position) FROM oldest WHERE received_at >= $1), 9223372036854775807)
), moved AS (
    UPDATE feed_state SET pruned_through = GREATEST(pruned_through, through.position) FROM through WHERE through.position IS NOT NULL
), gone AS (
    DELETE FROM feed USING through WHERE feed.position <= through.position RETURNING 1
)
SELECT count(*) FROM gone;

-- name: make_subscription
-- Makes a subscription, unless its owner has as many as allowed; returns nothing then.
INSERT INTO subscription (id, owner, url, secret, names, movements, agencies, sandbox, position, created_at)
SELECT $1, $2, $3, $4, $5::text[], $6::text[], $7::text[], $8, $9, $10
WHERE (SELECT count(*) FROM subscription WHERE owner = $2) < $11
RETURNING id;

-- name: lock_owner
-- Lets one owner's subscriptions be counted and made one after the other.
SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/subscriptions/' || $1, 0));

-- name: list_subscriptions
-- One owner's subscriptions after a place, in the order of their ids; all of them, or the one with the id.
SELECT s.id, s.url, s.names, s.movements, s.agencies, s.sandbox, s.position, s.created_at, s.failures, s.rest_until, s.disabled_at,
    s.disabled_because,
    (SELECT count(*) FROM parked AS p WHERE p.subscription = s.id) AS lanes_parked,
    (SELECT number FROM epoch) AS epoch
FROM subscription AS s
WHERE s.owner = $1 AND ($2::uuid IS NULL OR s.id = $2) AND ($3::uuid IS NULL OR s.id > $3)
ORDER BY s.id LIMIT $4;

-- name: delete_subscription
-- Removes one owner's subscription with its parked lanes and attempts.
DELETE FROM subscription WHERE owner = $1 AND id = $2 RETURNING id;

-- name: list_attempts
-- The attempts of a subscription, the newest first, before a place.
SELECT number, event_id, event_name, at, outcome, status, took_ms, detail
FROM attempt
WHERE subscription = $1 AND ($2::bigint IS NULL OR number < $2)
ORDER BY number DESC LIMIT $3;

-- name: take_due_subscriptions
-- Takes subscriptions that have something to send and nobody in whose hands they are; those that failed last apart from the others.
-- What an owner may see is what the newest of its keys that still opens anything says now; without one, nothing is sent.
WITH due AS (
    SELECT s.id, k.source, k.roles, k.movements, k.agencies
    FROM subscription AS s
    CROSS JOIN LATERAL (
        SELECT source, roles, movements, agencies FROM access_key
        WHERE name = s.owner AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)
        ORDER BY revision DESC LIMIT 1
    ) AS k
    WHERE s.disabled_at IS NULL
        AND (s.leased_until IS NULL OR s.leased_until <= $1)
        AND (s.rest_until IS NULL OR s.rest_until <= $1)
        AND (s.failures > 0) = $2
        AND (
            s.position < (SELECT last_position FROM feed_state)
            OR s.rest_until IS NOT NULL
            OR EXISTS (SELECT FROM parked AS p WHERE p.subscription = s.id AND p.next_attempt_at <= $1)
        )
    ORDER BY s.rest_until NULLS FIRST, s.id
    LIMIT $3
    FOR UPDATE OF s SKIP LOCKED
)
UPDATE subscription AS s SET lease = $4, leased_until = $5 FROM due WHERE s.id = due.id
RETURNING s.id, s.url, s.secret, s.names, s.movements AS asked_movements, s.agencies AS asked_agencies, s.sandbox, s.position, s.failures,
    due.source, due.roles, due.movements, due.agencies;

-- name: keep_leases
-- Goes on holding the subscriptions that are in hand.
UPDATE subscription SET leased_until = $3 WHERE id = ANY ($1::uuid[]) AND lease = $2;

-- name: parked_lanes
-- The lanes of a subscription that are parked, the oldest event first.
SELECT lane, position, attempts, failing_since, next_attempt_at FROM parked WHERE subscription = $1 ORDER BY position;

-- name: keep_progress
-- Records how far a subscription came and gives it back; returns nothing where somebody else has it, or it is gone.
UPDATE subscription
SET position = $3, failures = $4, rest_until = $5, disabled_at = $6, disabled_because = $7, lease = NULL, leased_until = NULL
WHERE id = $1 AND lease = $2
RETURNING owner;

-- name: clear_lanes
-- Forgets which lanes of a subscription were parked.
DELETE FROM parked WHERE subscription = $1;

-- name: park_lanes
-- Parks lanes of a subscription.
INSERT INTO parked (subscription, lane, position, attempts, failing_since, next_attempt_at)
SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::integer[], $5::timestamptz[], $6::timestamptz[]);

-- name: log_attempts
-- Adds attempts to a subscription's log, in order.
INSERT INTO attempt (subscription, position, event_id, event_name, at, outcome, status, took_ms, detail)
SELECT $1, position, event_id, event_name, at, outcome, status, took_ms, detail
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::integer[], $8::integer[], $9::text[])
    WITH ORDINALITY AS tried (position, event_id, event_name, at, outcome, status, took_ms, detail, place)
ORDER BY place;

-- name: prune_attempts
-- Forgets the oldest attempts before an instant, at most so many.
DELETE FROM attempt WHERE number IN (SELECT number FROM attempt WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED);

-- name: keep_agencies
-- Takes over the newest names of agencies.
INSERT INTO agency (code, name_vi, name_en, revision)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS heard (code, name_vi, name_en, revision) ORDER BY code
ON CONFLICT (code) DO UPDATE SET name_vi = excluded.name_vi, name_en = excluded.name_en, revision = excluded.revision
WHERE agency.revision < excluded.revision;

-- name: keep_contact
-- Sets where an agency's mail goes and in which language.
INSERT INTO contact (agency, email, language, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (agency) DO UPDATE SET email = excluded.email, language = excluded.language, changed_at = excluded.changed_at,
    changed_by = excluded.changed_by;

-- name: find_contact
-- Where an agency's mail goes.
SELECT agency, email, language, changed_at FROM contact WHERE agency = $1;

-- name: append_notices
-- Adds notices that wait to be sent; one that is there already is left as it is.
INSERT INTO notice (event_source, event_id, kind, agency, movement, period, data, happened_at, created_at, next_attempt_at)
SELECT event_source, event_id, kind, agency, movement, period, data, happened_at, $1, $1
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
    WITH ORDINALITY AS due (event_source, event_id, kind, agency, movement, period, data, happened_at, place)
ORDER BY place
ON CONFLICT DO NOTHING;

-- name: take_due_notice
-- Takes the notice that has waited longest; one that may have been received already is taken for its one repeat.
WITH due AS (
    SELECT number, agency FROM notice
    WHERE next_attempt_at <= $1 AND (state = 'pending' OR (state = 'uncertain' AND NOT repeated))
    ORDER BY next_attempt_at, number LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE notice AS n
SET state = 'sending', sending_since = $1, attempts = n.attempts + 1, repeated = n.repeated OR n.state = 'uncertain'
FROM due LEFT JOIN contact ON contact.agency = due.agency LEFT JOIN agency ON agency.code = due.agency
WHERE n.number = due.number
RETURNING n.number, n.event_source, n.event_id, n.kind, n.agency, n.data, n.happened_at, n.attempts, n.repeated, contact.email,
    contact.language, agency.name_vi, agency.name_en;

-- name: settle_notice
-- Records what became of a notice that was being sent.
UPDATE notice
SET state = $2, next_attempt_at = $3, settled_at = $4, reason = $5, detail = $6, message_id = COALESCE($7, message_id), repeated = $8,
    sending_since = NULL
WHERE number = $1 AND state = 'sending';

-- name: doubt_stale_notices
-- Notices in whose sending somebody vanished may have been received: they become uncertain, and are repeated once; returns their number.
WITH stale AS (
    UPDATE notice
    SET state = 'uncertain', sending_since = NULL, next_attempt_at = $2, reason = 'interrupted',
        settled_at = CASE WHEN repeated THEN $2::timestamptz END
    WHERE number IN (SELECT number FROM notice WHERE state = 'sending' AND sending_since < $1 LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING 1
)
SELECT count(*) FROM stale;

-- name: list_notices
-- Notices after a place, in the order in which they came up, for agencies within reach.
SELECT number, event_source, event_id, kind, agency, movement, period, created_at, state, attempts, repeated, next_attempt_at, settled_at,
    reason, detail, message_id
FROM notice
WHERE ($1::bigint IS NULL OR number > $1)
    AND ($2::text IS NULL OR agency = $2)
    AND ($3::text IS NULL OR state = $3)
    AND ($4::text[] IS NULL OR EXISTS (SELECT FROM unnest($4) AS own WHERE agency = own OR starts_with(agency, own || '.')))
    AND ($5::text[] IS NULL OR movement IS NULL OR movement = ANY ($5))
ORDER BY number LIMIT $6;

-- name: prune_notices
-- Forgets the oldest notices made before an instant, at most so many.
DELETE FROM notice WHERE number IN (SELECT number FROM notice WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED);

-- name: measure
-- What the metrics tell: rows without a position, how far the slowest subscription is behind, what is parked, and what waits for mail.
SELECT
    (SELECT count(*) FROM feed WHERE position IS NULL) AS unnumbered,
    (SELECT last_position FROM feed_state) AS last_position,
    (SELECT count(*) FROM parked) AS lanes_parked,
    (SELECT count(*) FROM subscription WHERE disabled_at IS NULL) AS subscriptions_active,
    (SELECT count(*) FROM subscription WHERE disabled_at IS NOT NULL) AS subscriptions_disabled,
    (SELECT COALESCE(max((SELECT last_position FROM feed_state) - position), 0) FROM subscription WHERE disabled_at IS NULL) AS behind,
    (SELECT min(failing_since) FROM parked) AS failing_since,
    (SELECT min(created_at) FROM notice WHERE state IN ('pending', 'uncertain') AND settled_at IS NULL) AS waiting_since;

-- name: count_notices
-- How many notices are in each state.
SELECT state, count(*) AS notices FROM notice GROUP BY state;
