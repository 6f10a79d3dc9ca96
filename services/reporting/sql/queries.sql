-- name: plans_in_force
-- The hash of the plan in force, by movement.
SELECT movement, plan_hash FROM movement WHERE movement = ANY ($1::text[]);

-- name: plan_documents
-- Published plans by their hash.
SELECT plan_hash, document FROM plan WHERE plan_hash = ANY ($1::text[]);

-- name: source_codes_named
-- What sources call agencies, for the codes that were used.
SELECT source, code, agency
FROM source_code JOIN (SELECT DISTINCT source, code FROM unnest($1::text[], $2::text[]) AS used (source, code)) AS used USING (source, code);

-- name: digests_of_receipts
-- The body that each receipt was made for, of those receipts that exist.
SELECT receipt, digest FROM receipt WHERE receipt = ANY ($1::uuid[]);

-- name: periods_named
-- Opened periods among those named.
SELECT period.* FROM period
JOIN (SELECT DISTINCT movement, period FROM unnest($1::text[], $2::text[]) AS named (movement, period)) AS named USING (movement, period);

-- name: members_named
-- Frozen members among the agencies named.
SELECT movement, period, agency FROM period_member
JOIN (
    SELECT DISTINCT movement, period, agency FROM unnest($1::text[], $2::text[], $3::text[]) AS named (movement, period, agency)
) AS named USING (movement, period, agency);

-- name: shelves_named
-- For each version named: its digest where it is held, the highest version that stands, and up to where versions are withdrawn.
SELECT named.movement, named.period, named.agency, named.version, held.digest, coalesce(gone.withdrawn_to, 0) AS withdrawn_to, (
    SELECT coalesce(max(other.version), 0) FROM report AS other
    WHERE (other.movement, other.period, other.agency) = (named.movement, named.period, named.agency)
        AND other.returned_at IS NULL AND other.version > coalesce(gone.withdrawn_to, 0)
) AS highest
FROM (
    SELECT DISTINCT movement, period, agency, version
    FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[]) AS named (movement, period, agency, version)
) AS named
LEFT JOIN report AS held USING (movement, period, agency, version)
LEFT JOIN LATERAL (
    SELECT max(withdrawal.version) AS withdrawn_to FROM withdrawal
    WHERE (withdrawal.movement, withdrawal.period, withdrawal.agency) = (named.movement, named.period, named.agency)
) AS gone ON true;

-- name: sources_registered
-- Sources that have their topics, among those named.
SELECT source FROM source WHERE source = ANY ($1::text[]);

-- name: scopes_of_sources
-- How far the keys of sources reach, and until when.
SELECT source, movements, agencies, expires_at, revoked_at
FROM access_key WHERE source = ANY ($1::text[]) AND 'source' = ANY (roles);

-- name: keep_receipts
-- Keeps receipts and returns those kept: one that is lacking was made by someone else meanwhile.
INSERT INTO receipt (
    receipt, source, event_id, digest, channel, received_at, accepted, movement, period, agency, version, notes, problems, raw, raw_bytes, revision
)
SELECT
    receipt, source, event_id, digest, channel, received_at, accepted, movement, period, agency, version,
    notes::jsonb, problems::jsonb, raw, raw_bytes, revision
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::boolean[], $8::text[], $9::text[], $10::text[],
    $11::integer[], $12::text[], $13::text[], $14::bytea[], $15::integer[], $16::bigint[]
) WITH ORDINALITY AS made (
    receipt, source, event_id, digest, channel, received_at, accepted, movement, period, agency, version,
    notes, problems, raw, raw_bytes, revision, place
)
ORDER BY receipt
ON CONFLICT DO NOTHING
RETURNING receipt;

-- name: keep_reports
-- Keeps accepted versions; each of them is new, for its agency is locked.
INSERT INTO report (
    movement, period, agency, version, digest, source, receipt, submitted_at, revision, indicator_values, self_scores, reference
)
SELECT
    movement, period, agency, version, digest, source, receipt, submitted_at, revision, indicator_values::jsonb, self_scores::jsonb, reference
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[], $9::bigint[],
    $10::text[], $11::text[], $12::text[]
) AS made (
    movement, period, agency, version, digest, source, receipt, submitted_at, revision, indicator_values, self_scores, reference
);

-- name: keep_scored
-- Notes which version was scored last, forward in revision only: what was told before comes to nothing.
INSERT INTO scored AS kept (movement, period, agency, version, revision)
SELECT movement, period, agency, version, revision
FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[]) AS told (movement, period, agency, version, revision)
ORDER BY movement, period, agency
ON CONFLICT (movement, period, agency) DO UPDATE SET version = excluded.version, revision = excluded.revision
WHERE kept.revision < excluded.revision;

-- name: receipt_with_fate
-- One receipt with all that its state is judged from.
SELECT * FROM receipt_fate WHERE receipt = $1;

-- name: receipts_named
-- Some receipts with all that their state is judged from.
SELECT * FROM receipt_fate WHERE receipt = ANY($1::uuid[]);

-- name: receipts_with_fate
-- Receipts in the order in which they were made, after a number: of one source or of all, accepted ones, rejected ones, or both.
SELECT * FROM receipt_fate
WHERE ($1::text IS NULL OR source = $1) AND ($2::boolean IS NULL OR accepted = $2) AND number > $3
ORDER BY number LIMIT $4;

-- name: letters_waiting
-- Letters on intake that could not be dealt with by a fault of ours: their receipts say that they were received.
SELECT source, id, topic, partition, record_offset, appended_at FROM dead_letter
WHERE consumer = $1 AND state = 'open' AND source IS NOT NULL AND id IS NOT NULL ORDER BY number LIMIT $2;

-- name: versions_of_report
-- Every version of a report that was accepted, highest first, with all that its state is judged from.
SELECT
    report.*, withdrawal.reason AS withdrawal_reason, withdrawal.withdrawn_at,
    scored.version AS scored, coalesce(period.state, 'open') AS period_state
FROM report
LEFT JOIN scored USING (movement, period, agency)
LEFT JOIN period ON (period.movement, period.period) = (report.movement, report.period)
LEFT JOIN LATERAL (
    SELECT reason, withdrawn_at FROM withdrawal
    WHERE (withdrawal.movement, withdrawal.period, withdrawal.agency) = (report.movement, report.period, report.agency)
        AND withdrawal.version >= report.version
    ORDER BY version LIMIT 1
) AS withdrawal ON true
WHERE report.movement = $1 AND report.period = $2 AND report.agency = $3
ORDER BY report.version DESC;

-- name: note_return
-- Notes that a version was returned.
UPDATE report SET returned_at = $5, return_reason = $6, return_items = $7::text::jsonb
WHERE movement = $1 AND period = $2 AND agency = $3 AND version = $4 AND returned_at IS NULL;

-- name: keep_withdrawal
-- Notes that a version and all below it are withdrawn.
INSERT INTO withdrawal (movement, period, agency, version, reason, actor, withdrawn_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING RETURNING version;

-- name: movement_named
-- One movement.
SELECT * FROM movement WHERE movement = $1;

-- name: movements
-- Movements in the order of their codes, after one.
SELECT * FROM movement WHERE movement > $1 ORDER BY movement LIMIT $2;

-- name: plan_with_hash
-- The version under which a plan of this content was published.
SELECT movement, version FROM plan WHERE plan_hash = $1;

-- name: keep_movement
-- Puts a movement under its new plan.
INSERT INTO movement AS kept (movement, title_vi, title_en, test, plan_hash, plan_version, published_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (movement) DO UPDATE SET
    title_vi = excluded.title_vi, title_en = excluded.title_en, test = excluded.test, plan_hash = excluded.plan_hash,
    plan_version = excluded.plan_version, published_at = excluded.published_at;

-- name: keep_plan
-- Keeps a version of a plan for ever.
INSERT INTO plan (movement, version, plan_hash, document, reason, actor, published_at) VALUES ($1, $2, $3, $4::text::jsonb, $5, $6, $7);

-- name: agencies_named
-- What is known of agencies.
SELECT * FROM agency WHERE agency = ANY ($1::text[]);

-- name: keep_agencies
-- Takes over what changed of agencies.
INSERT INTO agency AS kept (agency, name_vi, name_en, aliases, valid_from, valid_to, successor, revision)
SELECT agency, name_vi, name_en, ARRAY(SELECT jsonb_array_elements_text(aliases::jsonb)), valid_from, valid_to, successor, revision
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::text[], $8::bigint[])
    AS told (agency, name_vi, name_en, aliases, valid_from, valid_to, successor, revision)
ORDER BY agency
ON CONFLICT (agency) DO UPDATE SET
    name_vi = excluded.name_vi, name_en = excluded.name_en, aliases = excluded.aliases, valid_from = excluded.valid_from,
    valid_to = excluded.valid_to, successor = excluded.successor, revision = excluded.revision;

-- name: source_codes_of_agencies
-- What each source calls these agencies.
SELECT agency, source, code FROM source_code WHERE agency = ANY ($1::text[]) ORDER BY agency, source, code;

-- name: keep_source
-- Notes that a source has its topics.
INSERT INTO source (source, added_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING source;

-- name: keep_source_code
-- Notes what a source calls an agency.
INSERT INTO source_code AS kept (source, code, agency) VALUES ($1, $2, $3)
ON CONFLICT (source, code) DO UPDATE SET agency = excluded.agency WHERE kept.agency <> excluded.agency RETURNING code;

-- name: keys_with_name
-- Keys of this name, revoked ones too.
SELECT digest, name, source, roles, movements, agencies, expires_at, revoked_at FROM access_key WHERE name = $1 ORDER BY digest;

-- name: keep_key
-- Keeps a key as it was announced, so that it opens at once.
INSERT INTO access_key AS kept (digest, name, source, roles, movements, agencies, expires_at, revoked_at, revision)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (digest) DO UPDATE SET
    name = excluded.name, source = excluded.source, roles = excluded.roles, movements = excluded.movements, agencies = excluded.agencies,
    expires_at = excluded.expires_at, revoked_at = excluded.revoked_at, revision = excluded.revision
WHERE kept.revision < excluded.revision;

-- name: periods_of_movement
-- Opened periods of a movement.
SELECT * FROM period WHERE movement = $1 ORDER BY period;

-- name: opened_periods_lacking
-- Periods of a movement that were opened and are none of these.
SELECT period FROM period WHERE movement = $1 AND period <> ALL ($2::text[]) ORDER BY period LIMIT $3;

-- name: frozen_members_lacking
-- Agencies that were frozen as members of a movement's periods and are none of these.
SELECT DISTINCT agency FROM period_member WHERE movement = $1 AND agency <> ALL ($2::text[]) ORDER BY agency LIMIT $3;

-- name: keep_period
-- Keeps a period as it stands now.
INSERT INTO period AS kept (movement, period, state, plan_hash, from_date, to_date, due_at, grace_ends_at, closes_at, opened_at, closed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (movement, period) DO UPDATE SET
    state = excluded.state, due_at = excluded.due_at, grace_ends_at = excluded.grace_ends_at, closes_at = excluded.closes_at,
    closed_at = excluded.closed_at, intake_ends = NULL;

-- name: find_reopening
-- The request to reopen a period that stands, if there is one.
SELECT request, reason, closes_at, asked_by, asked_at FROM reopening WHERE (movement, period) = ($1, $2);

-- name: keep_reopening
-- Notes a request to reopen a period; it takes the place of one that stood.
INSERT INTO reopening (movement, period, request, reason, closes_at, asked_by, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (movement, period) DO UPDATE SET
    request = excluded.request, reason = excluded.reason, closes_at = excluded.closes_at, asked_by = excluded.asked_by,
    asked_at = excluded.asked_at;

-- name: forget_reopening
-- The request was fulfilled.
DELETE FROM reopening WHERE (movement, period) = ($1, $2);

-- name: keep_members
-- Freezes the members of a period.
INSERT INTO period_member (movement, period, cluster, agency)
SELECT $1, $2, cluster, agency FROM unnest($3::text[], $4::text[]) AS frozen (cluster, agency);

-- name: members_standing
-- The members of a period, each with the version that counts and when it was handed in, or none.
SELECT member.cluster, member.agency, standing.version, standing.submitted_at
FROM period_member AS member
LEFT JOIN (SELECT * FROM standing WHERE movement = $1 AND period = $2) AS standing USING (movement, period, agency)
WHERE member.movement = $1 AND member.period = $2
ORDER BY member.cluster, member.agency;

-- name: periods_to_close
-- Periods that are closing, and open ones whose closing instant has come.
SELECT * FROM period WHERE state = 'closing' OR (state = 'open' AND closes_at <= $1) ORDER BY closes_at, movement, period LIMIT $2;

-- name: intake_ends_of
-- The ends of intake that a closing period waits for.
SELECT intake_ends FROM period WHERE movement = $1 AND period = $2 AND state = 'closing';

-- name: note_intake_ends
-- Notes once the ends of intake that a closing period waits for.
UPDATE period SET intake_ends = $3::text::jsonb WHERE movement = $1 AND period = $2 AND state = 'closing' AND intake_ends IS NULL;

-- name: letters_unread_before
-- How many letters before these ends wait as dead letters, by a fault of ours.
SELECT count(*) AS letters FROM dead_letter
JOIN unnest($2::text[], $3::integer[], $4::bigint[]) AS ends (topic, partition, end_offset) USING (topic, partition)
WHERE consumer = $1 AND state = 'open' AND record_offset < end_offset;

-- name: last_act
-- The end of the chain of acts.
SELECT * FROM act ORDER BY sequence DESC LIMIT 1;

-- name: keep_act
-- Appends an act to the chain.
INSERT INTO act (sequence, hash, previous_hash, kind, movement, subject, actor, at, facts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb);

-- name: acts_after
-- Acts in their order, after one.
SELECT * FROM act WHERE sequence > $1 ORDER BY sequence LIMIT $2;

-- name: timeliness_of_open_periods
-- Over all periods that take reports: members, members that reported on time, members that reported late.
SELECT
    count(*) AS expected,
    count(*) FILTER (WHERE standing.version IS NOT NULL AND (period.due_at IS NULL OR standing.submitted_at < period.due_at)) AS on_time,
    count(*) FILTER (WHERE standing.submitted_at >= period.due_at) AS late
FROM period
JOIN period_member AS member USING (movement, period)
LEFT JOIN standing USING (movement, period, agency)
WHERE period.state <> 'closed';
