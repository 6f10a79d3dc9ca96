-- name: store_effect
-- Stores the row of one report; a second delivery changes nothing.
INSERT INTO effect (source, id, agency, period, version, total, report) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING;

-- name: mark_new
-- Marks reports as applied and returns the places of those that never were.
WITH arrived AS (
    SELECT source, id, place FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS arrived (source, id, place)
), kept AS (
    INSERT INTO bare_inbox (source, id) SELECT source, id FROM arrived ON CONFLICT DO NOTHING RETURNING source, id
)
SELECT place - 1 AS place FROM arrived JOIN kept USING (source, id) ORDER BY place;

-- name: read_out
-- Reads what is to be announced next.
SELECT position, id, agency, value FROM bare_outbox ORDER BY position LIMIT $1;

-- name: delete_out
-- Deletes what was acknowledged.
DELETE FROM bare_outbox WHERE position = ANY ($1::bigint[]);

-- name: count_effects
-- Counts what a source's reports have stored, and sums it up.
SELECT count(*) AS rows, coalesce(sum(total), 0) AS total FROM effect WHERE source = $1;

-- name: fill_effects
-- Fills the table of effects with reports of earlier years.
INSERT INTO effect (source, id, agency, period, version, total, report)
SELECT '/bench/past', md5(n::text), 'ha-nam.district-' || n % 700, '2022', 1, n % 1000, rpad('{"values":{"criterion-' || n, 550, '"state":"given"')
FROM generate_series($1::bigint, $2::bigint) AS n;

-- name: fill_inbox
-- Fills the runtime's inbox with the marks of earlier years.
INSERT INTO inbox (consumer, source, id, applied_at)
SELECT $1, '/bench/past', md5(n::text), now() FROM generate_series($2::bigint, $3::bigint) AS n;

-- name: settle_down
-- Does what autovacuum would do some time after the tables were filled.
VACUUM ANALYZE;

-- name: write_all
-- Writes what was filled to disk now, and not while the clock runs.
CHECKPOINT;
