-- name: keep_plans
-- Keeps published plans; the same publication again changes nothing.
INSERT INTO plan (movement, plan_hash, revision, plan_version, document)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::text[])
ON CONFLICT DO NOTHING;

-- name: mark_clusters_of_movements
-- Marks every known cluster that is not final: a new plan may move its scores. Final ones keep the plan that made them.
INSERT INTO mark (movement, period, cluster, kind, traceparent, appended_at)
SELECT known.movement, known.period, known.cluster, 'plan', published.traceparent, $3
FROM unnest($1::text[], $2::text[]) AS published (movement, traceparent)
JOIN period_cluster AS known USING (movement)
WHERE known.state <> 'final'
ORDER BY known.movement, known.period, known.cluster;

-- name: keep_period_facts
-- Keeps what the registry said of clusters' periods, each saying once.
INSERT INTO period_fact (movement, period, cluster, revision, kind, plan_hash, due_at, grace_ends_at, closes_at)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[]
)
ON CONFLICT DO NOTHING;

-- name: name_versions
-- Adds to a closing the version that counts of each member.
UPDATE period_fact SET agencies = $5, versions = $6
WHERE (movement, period, cluster, revision) = ($1, $2, $3, $4) AND agencies IS NULL;

-- name: open_clusters
-- Makes clusters known; members are frozen, so the first opening stays.
INSERT INTO period_cluster (movement, period, cluster, opened_plan_hash, size)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[])
ON CONFLICT DO NOTHING;

-- name: keep_members
-- Keeps the frozen members of clusters; an agency stays in the cluster that named it first.
INSERT INTO period_member (movement, period, agency, cluster, place)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[])
ON CONFLICT DO NOTHING;

-- name: keep_reports
-- Keeps accepted versions; the same version again changes nothing.
INSERT INTO report (movement, period, agency, version, revision, submitted_at, source, receipt, digest, indicator_values, self_scores)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[]
) AS arrived (movement, period, agency, version)
ORDER BY movement, period, agency, version
ON CONFLICT DO NOTHING;

-- name: keep_voids
-- Keeps returns and withdrawals, also of versions that have not come yet; the latest saying of the same void counts.
INSERT INTO report_void AS kept (movement, period, agency, version, kind, revision, reason, voided_at)
SELECT DISTINCT ON (movement, period, agency, version, kind) * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::bigint[], $7::text[], $8::timestamptz[]
) AS arrived (movement, period, agency, version, kind, revision)
ORDER BY movement, period, agency, version, kind, revision DESC
ON CONFLICT (movement, period, agency, version, kind) DO UPDATE
SET revision = excluded.revision, reason = excluded.reason, voided_at = excluded.voided_at
WHERE kept.revision < excluded.revision;

-- name: append_marks
-- Appends marks; they are never updated, so that a mark made while scores are computed is not lost.
INSERT INTO mark (movement, period, cluster, agency, kind, cause_agency, traceparent, appended_at)
SELECT *, $8 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]);

-- name: due_clusters
-- Clusters with marks, longest waiting first. Marks without plan or opened period wait; so do those of a cluster that has just failed.
-- Each mark is first given its cluster, once: left to itself the planner tries every mark against every cluster of its period.
WITH placed AS MATERIALIZED (
    SELECT mark.id, mark.movement, mark.period, coalesce(mark.cluster, member.cluster) AS cluster
    FROM mark
    LEFT JOIN period_member AS member
        ON member.movement = mark.movement AND member.period = mark.period AND member.agency = mark.agency
)
SELECT movement, period, cluster, size FROM (
    SELECT placed.id, known.movement, known.period, known.cluster, known.size
    FROM placed
    JOIN period_cluster AS known USING (movement, period, cluster)
    WHERE EXISTS (SELECT FROM plan WHERE plan.movement = known.movement AND plan.plan_hash = known.opened_plan_hash)
        AND NOT EXISTS (
            SELECT FROM cluster_failure AS failed
            WHERE (failed.movement, failed.period, failed.cluster) = (known.movement, known.period, known.cluster) AND failed.retry_at > $1
        )
    ORDER BY placed.id
    LIMIT $2
) AS waiting
GROUP BY movement, period, cluster, size
ORDER BY min(id);

-- name: due_rankings
-- Clusters whose ranking was put off, save those that have just failed.
SELECT movement, period, cluster, size FROM period_cluster AS known
WHERE ranking_due
    AND NOT EXISTS (
        SELECT FROM cluster_failure AS failed
        WHERE (failed.movement, failed.period, failed.cluster) = (known.movement, known.period, known.cluster) AND failed.retry_at > $1
    )
ORDER BY movement, period, cluster
LIMIT $2;

-- name: take_marks
-- The marks of locked clusters, to be deleted by exactly these ids. Values are read after this, so no mark outlives what it stands for.
WITH placed AS MATERIALIZED (
    SELECT mark.*, coalesce(mark.cluster, member.cluster) AS placed_in
    FROM mark
    LEFT JOIN period_member AS member
        ON member.movement = mark.movement AND member.period = mark.period AND member.agency = mark.agency
)
SELECT placed.id, placed.movement, placed.period, placed.placed_in AS cluster, agency, kind, cause_agency, traceparent
FROM placed
JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (movement, period, cluster)
    ON wanted.movement = placed.movement AND wanted.period = placed.period AND wanted.cluster = placed.placed_in
ORDER BY placed.id
LIMIT $4;

-- name: clusters_still_marked
-- Those of the clusters that have other marks than the taken ones: they are not quiet.
WITH placed AS MATERIALIZED (
    SELECT mark.movement, mark.period, coalesce(mark.cluster, member.cluster) AS cluster
    FROM mark
    LEFT JOIN period_member AS member
        ON member.movement = mark.movement AND member.period = mark.period AND member.agency = mark.agency
    WHERE NOT mark.id = ANY ($4::bigint[])
)
SELECT DISTINCT movement, period, cluster
FROM placed
JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (movement, period, cluster) USING (movement, period, cluster);

-- name: delete_marks
-- Deletes exactly the marks that were taken.
DELETE FROM mark WHERE id = ANY ($1::bigint[]);

-- name: clusters_on_record
-- What is on record of clusters.
SELECT movement, period, cluster, state, plan_hash, cluster_facts, ranking_due, awards_due
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (movement, period, cluster)
JOIN period_cluster USING (movement, period, cluster);

-- name: period_facts_of_clusters
-- All that the registry said of clusters' periods.
SELECT movement, period, cluster, revision, kind, plan_hash, due_at, grace_ends_at, closes_at, agencies, versions
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (movement, period, cluster)
JOIN period_fact USING (movement, period, cluster)
ORDER BY movement, period, cluster, revision;

-- name: plans_of_movements
-- Which plans were published, without their documents.
SELECT movement, plan_hash, revision FROM plan WHERE movement = ANY ($1::text[]);

-- name: plan_document
-- One plan, as it was published.
SELECT document FROM plan WHERE plan_hash = $1 LIMIT 1;

-- name: versions_of_clusters
-- Every member in its place, with the versions that arrived.
SELECT member.movement, member.period, member.cluster, member.agency,
    array_remove(array_agg(report.version ORDER BY report.version), NULL) AS versions
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (movement, period, cluster)
JOIN period_member AS member USING (movement, period, cluster)
LEFT JOIN report
    ON report.movement = member.movement AND report.period = member.period AND report.agency = member.agency
GROUP BY member.movement, member.period, member.cluster, member.place, member.agency
ORDER BY member.movement, member.period, member.cluster, member.place;

-- name: voids_of_clusters
-- What voids reports of the members.
SELECT void.movement, void.period, void.agency, void.version, void.kind, void.revision
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (movement, period, cluster)
JOIN period_member AS member USING (movement, period, cluster)
JOIN report_void AS void
    ON void.movement = member.movement AND void.period = member.period AND void.agency = member.agency;

-- name: reports_that_count
-- The values of the versions that count.
SELECT movement, period, agency, version, submitted_at, indicator_values, self_scores
FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[]) AS wanted (movement, period, agency, version)
JOIN report USING (movement, period, agency, version);

-- name: current_scores_of_clusters
-- What is on record of the members' scores. Each is looked up by itself: of a table that was filled a moment ago the planner knows
-- nothing, and tries every member against every score of the period.
SELECT score.movement, score.period, score.agency, score.revision, score.state, score.report_version, score.plan_hash,
    score.content_hash, score.is_void
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (movement, period, cluster)
JOIN period_member AS member USING (movement, period, cluster)
CROSS JOIN LATERAL (
    SELECT * FROM score
    WHERE score.movement = member.movement AND score.period = member.period AND score.agency = member.agency AND score.is_current
    LIMIT 1
) AS score;

-- name: retire_scores
-- What was current is history from now on.
UPDATE score SET is_current = false
FROM unnest($1::text[], $2::text[], $3::text[]) AS moved (movement, period, agency)
WHERE score.movement = moved.movement AND score.period = moved.period AND score.agency = moved.agency AND score.is_current;

-- name: insert_scores
-- New scores; the index on current ones refuses a second current one.
INSERT INTO score (
    movement, period, agency, revision, cluster, state, report_version, plan_hash, total, grade, content_hash, document,
    cause_kind, cause_agency, is_void, is_current, due, grace_days, cluster_facts, appraisal, computed_at
)
SELECT *, $21 FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::integer[], $8::text[], $9::numeric[], $10::text[],
    $11::text[], $12::text[], $13::text[], $14::text[], $15::boolean[], $16::boolean[], $17::date[], $18::integer[], $19::text[],
    $20::bigint[]
);

-- name: record_clusters
-- What the computation left of clusters.
UPDATE period_cluster AS known
SET state = now.state, plan_hash = now.plan_hash, cluster_facts = now.cluster_facts, ranking_due = now.ranking_due, awards_due = now.awards_due
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::boolean[])
    AS now (movement, period, cluster, state, plan_hash, cluster_facts, ranking_due, awards_due)
WHERE (known.movement, known.period, known.cluster) = (now.movement, now.period, now.cluster);

-- name: rankings_on_record
-- The rankings that were published last.
SELECT movement, period, cluster, revision, state, standings
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (movement, period, cluster)
JOIN ranking USING (movement, period, cluster);

-- name: keep_rankings
-- The latest ranking of each cluster takes the place of the one before.
INSERT INTO ranking (movement, period, cluster, revision, state, standings, published_at)
SELECT *, $7 FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])
ON CONFLICT (movement, period, cluster) DO UPDATE
SET revision = excluded.revision, state = excluded.state, standings = excluded.standings, published_at = excluded.published_at;

-- name: record_failure
-- A cluster could not be computed: it is tried again later, each time after a longer wait, up to ten minutes.
INSERT INTO cluster_failure AS failed (movement, period, cluster, code, reason, failures, first_failed_at, last_failed_at, retry_at)
VALUES ($1, $2, $3, $4, $5, 1, $6, $6, $6::timestamptz + interval '1 second')
ON CONFLICT (movement, period, cluster) DO UPDATE
SET code = excluded.code, reason = excluded.reason, failures = failed.failures + 1, last_failed_at = excluded.last_failed_at,
    retry_at = excluded.last_failed_at + least(interval '1 second' * 2 ^ least(failed.failures, 20), interval '10 minutes');

-- name: forget_failures
-- Clusters that were computed have failed no more.
DELETE FROM cluster_failure AS failed
USING unnest($1::text[], $2::text[], $3::text[]) AS wanted (movement, period, cluster)
WHERE (failed.movement, failed.period, failed.cluster) = (wanted.movement, wanted.period, wanted.cluster);

-- name: due_awards
-- Clusters whose final ranking awaits its suggestions, once every cluster of the period is final; and those whose suggestions stand on
-- rankings of other clusters or periods that were published anew since.
WITH over_period AS (
    SELECT movement, period, sum(revision) AS stamp
    FROM (SELECT DISTINCT movement, period FROM period_cluster WHERE awards_over_period IS NOT NULL) AS reaching
    JOIN ranking USING (movement, period)
    GROUP BY movement, period
), over_movement AS (
    SELECT movement, sum(revision) AS stamp
    FROM (SELECT DISTINCT movement FROM period_cluster WHERE awards_over_movement IS NOT NULL) AS reaching
    JOIN ranking USING (movement)
    WHERE NOT EXISTS (
        SELECT FROM period_cluster AS other
        WHERE other.movement = reaching.movement AND (other.state <> 'final' OR other.ranking_due)
    )
    GROUP BY movement
), due AS (
    SELECT movement, period, cluster FROM period_cluster WHERE awards_due
    UNION
    SELECT movement, period, cluster FROM period_cluster JOIN over_period USING (movement, period) WHERE awards_over_period <> stamp
    UNION
    SELECT movement, period, cluster FROM period_cluster JOIN over_movement USING (movement) WHERE awards_over_movement <> stamp
)
SELECT movement, period, cluster, size FROM due
JOIN period_cluster AS known USING (movement, period, cluster)
WHERE NOT EXISTS (
        SELECT FROM period_cluster AS other
        WHERE other.movement = known.movement AND other.period = known.period AND (other.state <> 'final' OR other.ranking_due)
    )
    AND NOT EXISTS (
        SELECT FROM cluster_failure AS failed
        WHERE (failed.movement, failed.period, failed.cluster) = (known.movement, known.period, known.cluster) AND failed.retry_at > $1
    )
ORDER BY movement, period, cluster
LIMIT $2;

-- name: clusters_of_period
-- The clusters of a period, in order, each with whether it is final and ranked, and the revision of its ranking.
SELECT cluster, size, known.state = 'final' AND NOT ranking_due AS is_final, coalesce(ranking.revision, 0) AS revision
FROM period_cluster AS known
LEFT JOIN ranking USING (movement, period, cluster)
WHERE movement = $1 AND period = $2
ORDER BY cluster;

-- name: periods_of_movement
-- The opened periods of a movement, and whether each is final in every cluster.
SELECT period, bool_and(state = 'final' AND NOT ranking_due) AS is_final FROM period_cluster WHERE movement = $1 GROUP BY period;

-- name: stamps_of_rankings
-- The sums of revisions of all rankings of a movement, and of one of its periods.
SELECT coalesce(sum(revision), 0) AS over_movement, coalesce(sum(revision) FILTER (WHERE period = $2), 0) AS over_period
FROM ranking WHERE movement = $1;

-- name: clusters_with_agencies
-- In which clusters of some periods these agencies are.
SELECT DISTINCT movement, period, cluster FROM period_member
WHERE movement = $1 AND period = ANY ($2::text[]) AND agency = ANY ($3::text[])
ORDER BY movement, period, cluster;

-- name: awards_that_stand
-- What was granted under these rules in other periods of the movement, and not revoked.
SELECT agency, rule, period FROM proposal
WHERE movement = $1 AND period <> $2 AND rule = ANY ($3::text[]) AND state = 'granted'
ORDER BY agency, rule, period;

-- name: living_proposals_of_clusters
-- Suggestions of clusters that were not withdrawn.
SELECT proposal, proposal.movement, proposal.period, proposal.cluster, agency, rule, state, score_revision, rank, total
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (movement, period, cluster)
JOIN proposal USING (movement, period, cluster)
WHERE state <> 'withdrawn'
ORDER BY proposal.revision;

-- name: proposals_on_scores
-- Undecided and granted suggestions that stand on the scores of these agencies, each with the latest of those scores that moved. One that
-- covers the movement stands on the scores of all its periods.
SELECT DISTINCT ON (proposal.revision) proposal, proposal.movement, proposal.period, proposal.cluster, proposal.agency, rule, state,
    score_revision, rank, total, moved.period AS moved_period, moved.revision AS moved_revision
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS moved (movement, period, agency, revision)
JOIN proposal
    ON proposal.movement = moved.movement AND proposal.agency = moved.agency
    AND (proposal.period = moved.period OR proposal.covers = 'movement')
WHERE state IN ('proposed', 'granted')
ORDER BY proposal.revision, moved.revision DESC;

-- name: insert_proposals
-- New suggestions; the key refuses a second living one of the same rule.
INSERT INTO proposal (
    proposal, movement, period, cluster, agency, rule, ranking_revision, revision, form_vi, form_en, score_revision, rank, total, grounds,
    covers, proposed_at
)
SELECT *, $16 FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::text[],
    $11::bigint[], $12::integer[], $13::numeric[], $14::text[], $15::text[]
);

-- name: withdraw_proposals
-- Suggestions that nobody decided on are void.
UPDATE proposal SET state = 'withdrawn', stage = 'withdrawn', withdrawal_cause = void.cause, withdrawn_at = $3
FROM unnest($1::text[], $2::text[]) AS void (proposal, cause)
WHERE proposal.proposal = void.proposal AND proposal.state = 'proposed';

-- name: flag_proposals
-- The score under a granted award moved: the council is shown it, the award stays.
UPDATE proposal SET flagged_at = $3, flagged_revision = moved.revision
FROM unnest($1::text[], $2::bigint[]) AS moved (proposal, revision)
WHERE proposal.proposal = moved.proposal AND proposal.state = 'granted';

-- name: awards_were_judged
-- The suggestions of these clusters equal their rankings, and those of other clusters and periods that they stand on.
UPDATE period_cluster AS known
SET awards_due = false, awards_over_period = judged.over_period, awards_over_movement = judged.over_movement
FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::numeric[])
    AS judged (movement, period, cluster, over_period, over_movement)
WHERE (known.movement, known.period, known.cluster) = (judged.movement, judged.period, judged.cluster);

-- name: proposal_to_judge
-- One suggestion, the state of its cluster and the revision of its agency's current score.
SELECT proposal, proposal.movement, proposal.period, proposal.cluster, proposal.agency, rule, proposal.state, stage, score_revision, rank,
    proposal.total, known.state AS cluster_state, known.plan_hash, score.revision AS current_revision
FROM proposal
JOIN period_cluster AS known
    ON known.movement = proposal.movement AND known.period = proposal.period AND known.cluster = proposal.cluster
LEFT JOIN score
    ON score.movement = proposal.movement AND score.period = proposal.period AND score.agency = proposal.agency AND score.is_current
WHERE proposal = $1;

-- name: insert_decision
-- The one decision on a suggestion.
INSERT INTO decision (proposal, outcome, reason_class, reason, score_revision, actor, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: insert_revocation
-- The one revocation of a decision.
INSERT INTO revocation (proposal, ground, reason, actor, revoked_at) VALUES ($1, $2, $3, $4, $5);

-- name: move_proposal
-- People moved a suggestion on.
UPDATE proposal SET state = $2, stage = $3 WHERE proposal = $1;

-- name: procedure_of
-- What people did with a suggestion so far.
SELECT dossier.items, public_comment.last_day, vote.members, vote.in_favour, vote.against, vote.abstained, vote.absent, vote.recused,
    vote.written, vote.needed, EXISTS (SELECT FROM dossier_return WHERE dossier_return.proposal = proposal.proposal) AS was_returned
FROM proposal
LEFT JOIN dossier USING (proposal)
LEFT JOIN public_comment USING (proposal)
LEFT JOIN vote USING (proposal)
WHERE proposal = $1;

-- name: keep_dossier
-- The papers that are there.
INSERT INTO dossier (proposal, items, actor, received_at) VALUES ($1, $2, $3, $4);

-- name: keep_dossier_return
-- Why a dossier goes back, and what has to be mended; each return is kept.
INSERT INTO dossier_return (proposal, number, reason, items, comments, actor, returned_at)
SELECT $1, 1 + count(*), $2, $3, $4, $5, $6 FROM dossier_return WHERE proposal = $1;

-- name: forget_dossier
-- A dossier that goes back is no longer here.
DELETE FROM dossier WHERE proposal = $1;

-- name: forget_public_comment
-- What the public was asked about went back; it is asked again.
DELETE FROM public_comment WHERE proposal = $1;

-- name: open_public_comment
-- The public may comment until the end of a day.
INSERT INTO public_comment (proposal, working_days, last_day, actor, opened_at) VALUES ($1, $2, $3, $4, $5);

-- name: note_comments
-- More comments came.
UPDATE public_comment SET comments = comments + $2, comment_references = comment_references || $3::text[] WHERE proposal = $1
RETURNING comments, cardinality(comment_references) AS named;

-- name: keep_vote
-- The one vote on a suggestion.
INSERT INTO vote (proposal, members, in_favour, against, abstained, absent, recused, written, needed, actor, voted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: keep_ballots
-- What each member did.
INSERT INTO ballot (proposal, member, ballot, written, unit) SELECT $1, * FROM unnest($2::text[], $3::text[], $4::boolean[], $5::text[]);

-- name: ballots_of
-- What each member did, in the order of their references.
SELECT member, ballot, written, unit FROM ballot WHERE proposal = $1 ORDER BY member;

-- name: keep_publication
-- A granted award is public.
INSERT INTO publication (proposal, reference, actor, published_at) VALUES ($1, $2, $3, $4);

-- name: keep_appraisal
-- What the standing body found on a version of a report.
INSERT INTO appraisal (movement, period, agency, revision, report_version, findings, reason, actor, appraised_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: appraisals_of_clusters
-- Appraisals of the members of clusters.
SELECT appraisal.movement, appraisal.period, appraisal.agency, appraisal.revision, appraisal.report_version, appraisal.findings
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (movement, period, cluster)
JOIN period_member AS member USING (movement, period, cluster)
JOIN appraisal
    ON appraisal.movement = member.movement AND appraisal.period = member.period AND appraisal.agency = member.agency;

-- name: appraisals_of_agency
-- All appraisals of a unit in a period, the last one first.
SELECT revision, report_version, findings, reason, actor, appraised_at FROM appraisal
WHERE (movement, period, agency) = ($1, $2, $3) ORDER BY revision DESC LIMIT $4;

-- name: member_reports
-- A member's cluster, the versions of its report that arrived, whether its score is public, and what is published of its movement.
SELECT member.cluster,
    ARRAY(
        SELECT report.version FROM report
        WHERE (report.movement, report.period, report.agency) = (member.movement, member.period, member.agency) ORDER BY report.version
    ) AS versions,
    EXISTS (
        SELECT FROM score
        WHERE (score.movement, score.period, score.agency) = (member.movement, member.period, member.agency)
            AND score.is_current AND score.published_at IS NOT NULL
    ) AS is_published
FROM period_member AS member
WHERE (member.movement, member.period, member.agency) = ($1, $2, $3);

-- name: voids_of_agency
-- What voids reports of a unit in a period.
SELECT version, kind, revision FROM report_void WHERE (movement, period, agency) = ($1, $2, $3);

-- name: clusters_not_final
-- How many clusters of a period are known, and how many of them can still move: any of them while a mark of the period waits.
SELECT count(*) AS known, min(plan_hash) AS plan_hash,
    count(*) FILTER (
        WHERE state <> 'final' OR ranking_due OR EXISTS (SELECT FROM mark WHERE (mark.movement, mark.period) = ($1, $2))
    ) AS moving
FROM period_cluster WHERE (movement, period) = ($1, $2);

-- name: publish_scores
-- The final scores of a period that are not public yet become so.
WITH published AS (
    UPDATE score SET published_at = $3
    WHERE (movement, period) = ($1, $2) AND is_current AND NOT is_void AND state = 'final' AND published_at IS NULL
    RETURNING agency
)
SELECT count(*) AS published FROM published;

-- name: published_digest
-- One hash over all public scores of a period, so that the record of the act stands for each of them.
SELECT count(*) AS scores,
    encode(sha256(convert_to(coalesce(string_agg(agency || ' ' || revision || ' ' || content_hash, E'\n' ORDER BY agency), ''), 'UTF8')), 'hex')
    AS digest
FROM score
WHERE (movement, period) = ($1, $2) AND is_current AND published_at IS NOT NULL;

-- name: last_act
-- The end of the chain.
SELECT sequence, hash, previous_hash, kind, movement, subject, actor, acted_at, facts FROM act ORDER BY sequence DESC LIMIT 1;

-- name: insert_act
-- One more link of the chain.
INSERT INTO act (sequence, hash, previous_hash, kind, movement, subject, actor, acted_at, facts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: acts_after
-- The chain, on from a place.
SELECT sequence, hash, previous_hash, kind, movement, subject, actor, acted_at, facts FROM act
WHERE sequence > $1 ORDER BY sequence LIMIT $2;

-- name: list_scores
-- Current scores of a period within a caller's agencies (null: all), without their explanations.
SELECT agency, cluster, revision, state, report_version, plan_hash, total, grade, content_hash, cause_kind, cause_agency, is_void, computed_at,
    appraisal, published_at
FROM score
WHERE movement = $1 AND period = $2 AND is_current AND agency > $3
    AND ($4::text IS NULL OR cluster = $4)
    AND ($5::text[] IS NULL OR EXISTS (
        SELECT FROM unnest($5::text[]) AS own (agency) WHERE score.agency = own.agency OR starts_with(score.agency, own.agency || '.')
    ))
ORDER BY agency
LIMIT $6;

-- name: score_as_of
-- The score of an agency that was current at a revision, or now, with its explanation.
SELECT agency, cluster, revision, state, report_version, plan_hash, total, grade, content_hash, cause_kind, cause_agency, is_void,
    computed_at, appraisal, published_at, due, grace_days, cluster_facts, document
FROM score
WHERE movement = $1 AND period = $2 AND agency = $3 AND ($4::bigint IS NULL OR revision <= $4)
ORDER BY revision DESC
LIMIT 1;

-- name: read_ranking
-- The ranking that was published last.
SELECT revision, state, standings, published_at FROM ranking WHERE (movement, period, cluster) = ($1, $2, $3);

-- name: list_proposals
-- Suggestions with what became of them, in the order in which they were made; null filters let all pass.
SELECT proposal.*, decision.outcome, decision.reason_class, decision.reason, decision.actor AS decided_by, decision.decided_at,
    revocation.ground, revocation.reason AS revocation_reason, revocation.actor AS revoked_by, revocation.revoked_at,
    dossier.items AS papers, dossier.actor AS received_by, dossier.received_at,
    sent_back.number AS returns, sent_back.reason AS return_reason, sent_back.items AS return_items, sent_back.comments AS return_comments,
    sent_back.actor AS returned_by, sent_back.returned_at,
    public_comment.working_days, public_comment.last_day, public_comment.comments, public_comment.comment_references,
    public_comment.actor AS comment_opened_by, public_comment.opened_at,
    vote.members, vote.in_favour, vote.against, vote.abstained, vote.absent, vote.recused, vote.written, vote.needed,
    vote.actor AS vote_recorded_by, vote.voted_at,
    publication.reference AS publication_reference, publication.actor AS published_by, publication.published_at
FROM proposal
LEFT JOIN decision USING (proposal)
LEFT JOIN revocation USING (proposal)
LEFT JOIN dossier USING (proposal)
LEFT JOIN public_comment USING (proposal)
LEFT JOIN vote USING (proposal)
LEFT JOIN publication USING (proposal)
LEFT JOIN LATERAL (
    SELECT * FROM dossier_return WHERE dossier_return.proposal = proposal.proposal ORDER BY number DESC LIMIT 1
) AS sent_back ON true
WHERE ($1::text IS NULL OR proposal.movement = $1)
    AND ($2::text IS NULL OR proposal.period = $2)
    AND ($3::text IS NULL OR proposal.agency = $3)
    AND ($4::text IS NULL OR proposal.state = $4)
    AND ($5::text IS NULL OR proposal.proposal = $5)
    AND ($6::text[] IS NULL OR proposal.movement = ANY ($6))
    AND ($7::text[] IS NULL OR EXISTS (
        SELECT FROM unnest($7::text[]) AS own (agency) WHERE proposal.agency = own.agency OR starts_with(proposal.agency, own.agency || '.')
    ))
    AND proposal.revision > $8
ORDER BY proposal.revision
LIMIT $9;

-- name: count_waiting
-- How much is due, and since when: for the gauges.
SELECT (SELECT count(*) FROM mark) AS marks, (SELECT min(appended_at) FROM mark WHERE id = (SELECT min(id) FROM mark)) AS oldest,
    (SELECT count(*) FROM cluster_failure) AS failed, (SELECT count(*) FROM period_cluster WHERE ranking_due) AS rankings,
    (SELECT count(*) FROM proposal WHERE flagged_at IS NOT NULL AND state = 'granted') AS flagged;
