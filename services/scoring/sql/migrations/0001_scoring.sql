-- What scoring keeps. Handlers append to plan, period_fact, report, report_void and mark; only the workers write the rest.

-- A document of rules as it was published. The same content may be published again later, so the revision is part of the key.
CREATE TABLE plan (
    movement text NOT NULL,
    plan_hash text NOT NULL,
    revision bigint NOT NULL,
    plan_version integer NOT NULL,
    document text NOT NULL,
    PRIMARY KEY (movement, plan_hash, revision)
);

-- What the registry said of a cluster's period, each saying once; `revision` orders them, whatever came first.
CREATE TABLE period_fact (
    movement text NOT NULL,
    period text NOT NULL,
    cluster text NOT NULL,
    revision bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('opened', 'extended', 'closed', 'reopened')),
    plan_hash text,
    due_at timestamptz,
    grace_ends_at timestamptz,
    closes_at timestamptz,
    -- Of a closing: each member and the version that counts; null where none does.
    agencies text[],
    versions integer[],
    PRIMARY KEY (movement, period, cluster, revision)
);

-- A cluster whose period was opened. The handler makes the row, the workers keep it.
CREATE TABLE period_cluster (
    movement text NOT NULL,
    period text NOT NULL,
    cluster text NOT NULL,
    opened_plan_hash text NOT NULL,
    size integer NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'final')),
    -- What the scores at hand were made with: the plan, and what only the whole cluster could tell; null before the first computation.
    plan_hash text,
    cluster_facts text,
    ranking_due boolean NOT NULL DEFAULT false,
    awards_due boolean NOT NULL DEFAULT false,
    PRIMARY KEY (movement, period, cluster)
);
CREATE INDEX period_cluster_ranking_due ON period_cluster (movement, period, cluster) WHERE ranking_due;
CREATE INDEX period_cluster_awards_due ON period_cluster (movement, period, cluster) WHERE awards_due;

-- Members as they were frozen at the opening; an agency is in one cluster of a period.
CREATE TABLE period_member (
    movement text NOT NULL,
    period text NOT NULL,
    agency text NOT NULL,
    cluster text NOT NULL,
    place integer NOT NULL,
    PRIMARY KEY (movement, period, agency)
);
CREATE INDEX period_member_cluster ON period_member (movement, period, cluster, place);

-- Every accepted version; which one counts is decided when it is read.
CREATE TABLE report (
    movement text NOT NULL,
    period text NOT NULL,
    agency text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    revision bigint NOT NULL,
    submitted_at timestamptz NOT NULL,
    source text NOT NULL,
    receipt text NOT NULL,
    digest text NOT NULL,
    -- JSON text: criterion to number as text; null is missing, "n/a" is not applicable.
    indicator_values text NOT NULL,
    self_scores text NOT NULL,
    PRIMARY KEY (movement, period, agency, version)
);

-- A return voids its version, a withdrawal voids its version and all below; either may come before the report.
CREATE TABLE report_void (
    movement text NOT NULL,
    period text NOT NULL,
    agency text NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('returned', 'withdrawn')),
    revision bigint NOT NULL,
    reason text NOT NULL,
    voided_at timestamptz NOT NULL,
    PRIMARY KEY (movement, period, agency, version, kind)
);

-- Something may have moved a score: of one agency (its cluster may not be known yet) or of a whole cluster. Appended, never updated.
CREATE TABLE mark (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    movement text NOT NULL,
    period text NOT NULL,
    cluster text,
    agency text,
    kind text NOT NULL,
    cause_agency text,
    traceparent text,
    appended_at timestamptz NOT NULL,
    CHECK ((cluster IS NULL) <> (agency IS NULL))
);
CREATE INDEX mark_period ON mark (movement, period, id);

-- Every score that was ever announced, with the explanation of each point exactly as it was hashed.
CREATE TABLE score (
    movement text NOT NULL,
    period text NOT NULL,
    agency text NOT NULL,
    revision bigint NOT NULL,
    cluster text NOT NULL,
    state text NOT NULL CHECK (state IN ('provisional', 'final')),
    report_version integer,
    plan_hash text NOT NULL,
    total numeric,
    grade text,
    -- A void score has neither.
    content_hash text,
    document text,
    cause_kind text NOT NULL,
    cause_agency text,
    is_void boolean NOT NULL,
    is_current boolean NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (movement, period, agency, revision),
    CHECK (is_void = (document IS NULL) AND is_void = (content_hash IS NULL))
);
-- One current score for each agency and period, whatever the code believes.
CREATE UNIQUE INDEX score_current ON score (movement, period, agency) WHERE is_current;

CREATE TABLE ranking (
    movement text NOT NULL,
    period text NOT NULL,
    cluster text NOT NULL,
    revision bigint NOT NULL,
    state text NOT NULL,
    standings text NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (movement, period, cluster)
);

-- What the rules suggested. The same rule, on the same ranking, suggests an agency once; only one suggestion of it lives.
CREATE TABLE proposal (
    proposal text PRIMARY KEY,
    movement text NOT NULL,
    period text NOT NULL,
    cluster text NOT NULL,
    agency text NOT NULL,
    rule text NOT NULL,
    ranking_revision bigint NOT NULL,
    revision bigint NOT NULL UNIQUE,
    state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'withdrawn', 'granted', 'refused', 'revoked')),
    form_vi text NOT NULL,
    form_en text NOT NULL,
    score_revision bigint NOT NULL,
    rank integer NOT NULL,
    total numeric NOT NULL,
    grounds text NOT NULL,
    proposed_at timestamptz NOT NULL,
    withdrawal_cause text,
    withdrawn_at timestamptz,
    -- A granted award whose score moved afterwards: people look at it, nothing changes by itself.
    flagged_at timestamptz,
    flagged_revision bigint,
    UNIQUE (movement, period, agency, rule, ranking_revision)
);
CREATE UNIQUE INDEX proposal_alive ON proposal (movement, period, agency, rule) WHERE state <> 'withdrawn';
CREATE INDEX proposal_cluster ON proposal (movement, period, cluster);

-- At most one decision on a proposal, and at most one revocation, by the keys themselves.
CREATE TABLE decision (
    proposal text PRIMARY KEY REFERENCES proposal,
    outcome text NOT NULL CHECK (outcome IN ('granted', 'refused')),
    reason_class text,
    reason text,
    score_revision bigint NOT NULL,
    actor text NOT NULL,
    decided_at timestamptz NOT NULL,
    CHECK (outcome = 'granted' OR (reason_class IS NOT NULL AND reason IS NOT NULL))
);
CREATE TABLE revocation (
    proposal text PRIMARY KEY REFERENCES decision,
    ground text NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    revoked_at timestamptz NOT NULL
);

-- The chain of acts: each row hashes the one before it. No fork, no gap, no change.
CREATE TABLE act (
    sequence bigint PRIMARY KEY CHECK (sequence >= 1),
    hash text NOT NULL UNIQUE,
    previous_hash text UNIQUE REFERENCES act (hash),
    kind text NOT NULL,
    movement text NOT NULL,
    subject text NOT NULL,
    actor text NOT NULL,
    acted_at timestamptz NOT NULL,
    facts text NOT NULL,
    CHECK ((sequence = 1) = (previous_hash IS NULL))
);
CREATE FUNCTION refuse_to_change_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'acts are only ever appended';
END
$$;
CREATE TRIGGER act_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON act
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_acts();

-- A cluster that cannot be computed: its marks are kept, it is tried again later, the others go on.
CREATE TABLE cluster_failure (
    movement text NOT NULL,
    period text NOT NULL,
    cluster text NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    failures integer NOT NULL,
    first_failed_at timestamptz NOT NULL,
    last_failed_at timestamptz NOT NULL,
    retry_at timestamptz NOT NULL,
    PRIMARY KEY (movement, period, cluster)
);
