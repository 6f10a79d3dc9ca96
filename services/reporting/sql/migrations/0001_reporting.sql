-- What reporting owns: movements with their plans, agencies, sources, periods, reports, receipts, and the chain of acts.

CREATE TABLE movement (
    movement text PRIMARY KEY,
    title_vi text NOT NULL,
    title_en text NOT NULL,
    test boolean NOT NULL,
    plan_hash text NOT NULL,
    plan_version integer NOT NULL,
    published_at timestamptz NOT NULL
);

-- Every version that was ever published; a version never changes.
CREATE TABLE plan (
    movement text NOT NULL REFERENCES movement,
    version integer NOT NULL,
    plan_hash text NOT NULL,
    document jsonb NOT NULL,
    reason text,
    actor text NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (movement, version),
    UNIQUE (plan_hash)
);

CREATE TABLE agency (
    agency text PRIMARY KEY,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    aliases text[] NOT NULL,
    valid_from date,
    valid_to date,
    successor text,
    revision bigint NOT NULL
);

-- Sources that have their topics; a source that is not here has no topic to be answered on.
CREATE TABLE source (
    source text PRIMARY KEY,
    added_at timestamptz NOT NULL
);

-- What a source calls an agency.
CREATE TABLE source_code (
    source text NOT NULL REFERENCES source,
    code text NOT NULL,
    agency text NOT NULL,
    PRIMARY KEY (source, code)
);
CREATE INDEX source_code_agency ON source_code (agency);

-- A period exists here from its opening on; until then only the plan knows it.
CREATE TABLE period (
    movement text NOT NULL REFERENCES movement,
    period text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
    plan_hash text NOT NULL,
    from_date date NOT NULL,
    to_date date NOT NULL,
    due_at timestamptz,
    grace_ends_at timestamptz,
    closes_at timestamptz,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    -- While it is closing: the ends of intake, by topic and partition, that must be read before it may close.
    intake_ends jsonb,
    PRIMARY KEY (movement, period),
    CHECK (state <> 'closing' OR closes_at IS NOT NULL),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX period_to_close ON period (closes_at) WHERE state <> 'closed';

-- Members as they were when the period opened; never changed afterwards.
CREATE TABLE period_member (
    movement text NOT NULL,
    period text NOT NULL,
    agency text NOT NULL,
    cluster text NOT NULL,
    PRIMARY KEY (movement, period, agency),
    FOREIGN KEY (movement, period) REFERENCES period
);

-- Every version that was ever accepted.
CREATE TABLE report (
    movement text NOT NULL,
    period text NOT NULL,
    agency text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    digest text NOT NULL,
    source text NOT NULL,
    receipt uuid NOT NULL,
    submitted_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    -- By criterion: the number in plain digits, null for missing, "n/a" for not applicable.
    indicator_values jsonb NOT NULL,
    self_scores jsonb NOT NULL,
    reference text,
    returned_at timestamptz,
    return_reason text,
    return_items jsonb,
    PRIMARY KEY (movement, period, agency, version)
);

-- Withdrawing a version voids it and all below it, those that come later too.
CREATE TABLE withdrawal (
    movement text NOT NULL,
    period text NOT NULL,
    agency text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    reason text NOT NULL,
    actor text NOT NULL,
    withdrawn_at timestamptz NOT NULL,
    PRIMARY KEY (movement, period, agency, version)
);

-- The version of a report that scoring scored last; the score itself is not kept here.
CREATE TABLE scored (
    movement text NOT NULL,
    period text NOT NULL,
    agency text NOT NULL,
    version integer,
    revision bigint NOT NULL,
    PRIMARY KEY (movement, period, agency)
);

-- Kept for ever: a receipt's identity is made from source and id (and, for a conflict, the body), so the key makes each of them once.
CREATE TABLE receipt (
    receipt uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    source text NOT NULL,
    event_id text NOT NULL,
    digest text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('http', 'kafka')),
    received_at timestamptz NOT NULL,
    accepted boolean NOT NULL,
    movement text,
    period text,
    agency text,
    version integer,
    notes jsonb NOT NULL,
    problems jsonb NOT NULL,
    -- What was rejected is kept as it came, up to a limit; `raw_bytes` tells how long it was.
    raw bytea,
    raw_bytes integer NOT NULL,
    revision bigint NOT NULL,
    CHECK (NOT accepted OR (movement IS NOT NULL AND period IS NOT NULL AND agency IS NOT NULL AND version IS NOT NULL))
);
CREATE INDEX receipt_of_source ON receipt (source, number);

CREATE TABLE act (
    sequence bigint PRIMARY KEY CHECK (sequence >= 1),
    hash text NOT NULL UNIQUE,
    previous_hash text UNIQUE,
    kind text NOT NULL,
    movement text NOT NULL,
    subject text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    facts jsonb NOT NULL
);

-- The version that counts, for each agency and period that has one: the highest that was neither returned nor withdrawn.
CREATE VIEW standing AS
SELECT DISTINCT ON (movement, period, agency) movement, period, agency, version, submitted_at
FROM report
WHERE returned_at IS NULL AND NOT EXISTS (
    SELECT FROM withdrawal
    WHERE (withdrawal.movement, withdrawal.period, withdrawal.agency) = (report.movement, report.period, report.agency)
        AND withdrawal.version >= report.version
)
ORDER BY movement, period, agency, version DESC;

-- A receipt beside all that its state is judged from.
CREATE VIEW receipt_fate AS
SELECT
    receipt.*, report.returned_at IS NOT NULL AS returned, coalesce(gone.withdrawn_to, 0) AS withdrawn_to,
    counting.version AS standing, scored.version AS scored, coalesce(period.state, 'open') AS period_state
FROM receipt
LEFT JOIN report ON receipt.accepted
    AND (report.movement, report.period, report.agency, report.version)
    = (receipt.movement, receipt.period, receipt.agency, receipt.version)
LEFT JOIN scored ON receipt.accepted
    AND (scored.movement, scored.period, scored.agency) = (receipt.movement, receipt.period, receipt.agency)
LEFT JOIN period ON receipt.accepted AND (period.movement, period.period) = (receipt.movement, receipt.period)
LEFT JOIN LATERAL (
    SELECT max(withdrawal.version) AS withdrawn_to FROM withdrawal
    WHERE (withdrawal.movement, withdrawal.period, withdrawal.agency) = (receipt.movement, receipt.period, receipt.agency)
) AS gone ON receipt.accepted
LEFT JOIN LATERAL (
    SELECT max(held.version) AS version FROM report AS held
    WHERE (held.movement, held.period, held.agency) = (receipt.movement, receipt.period, receipt.agency)
        AND held.returned_at IS NULL AND held.version > coalesce(gone.withdrawn_to, 0)
) AS counting ON receipt.accepted;
