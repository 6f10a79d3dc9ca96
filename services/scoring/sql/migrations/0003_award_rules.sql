-- Award rules that look beyond one cluster and one period.

-- What was refused may be suggested again on another score; what was granted, or revoked, never is.
DROP INDEX proposal_alive;
CREATE UNIQUE INDEX proposal_alive ON proposal (movement, period, agency, rule) WHERE state NOT IN ('withdrawn', 'refused');

-- A suggestion may be withdrawn and made again on one and the same ranking, where other clusters or periods moved. That only one of a
-- rule lives is the key above.
ALTER TABLE proposal DROP CONSTRAINT proposal_movement_period_agency_rule_ranking_revision_key;

-- A suggestion that covers the movement is made in its last period, and stands on the scores of all of them.
ALTER TABLE proposal ADD COLUMN covers text NOT NULL DEFAULT 'period' CHECK (covers IN ('period', 'movement'));
CREATE INDEX proposal_over_movement ON proposal (movement, agency) WHERE covers = 'movement';
CREATE INDEX proposal_granted ON proposal (movement, rule) WHERE state = 'granted';

-- The sum of the revisions of all rankings that the suggestions of a cluster were judged on, where the plan's rules reach across
-- clusters or periods: each new ranking raises the sum, so that another one says that they are due again. Null where they do not reach.
ALTER TABLE period_cluster ADD COLUMN awards_over_period numeric, ADD COLUMN awards_over_movement numeric;
CREATE INDEX period_cluster_over_period ON period_cluster (movement, period) WHERE awards_over_period IS NOT NULL;
CREATE INDEX period_cluster_over_movement ON period_cluster (movement) WHERE awards_over_movement IS NOT NULL;
