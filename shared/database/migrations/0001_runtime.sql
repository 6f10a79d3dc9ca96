-- What every service's messaging keeps: what was applied, what is to be announced, what could not be dealt with.

-- Revisions are epoch × 10^12 + n. A restored service raises the epoch, so that they only grow, whatever the backup held.
CREATE TABLE epoch (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    number bigint NOT NULL CHECK (number BETWEEN 1 AND 9000000)
);
INSERT INTO epoch (number) VALUES (1);

CREATE SEQUENCE revision AS bigint MINVALUE 1 MAXVALUE 999999999999 NO CYCLE;

-- One row for each event that a consumer applied; a second delivery finds it and does nothing.
CREATE TABLE inbox (
    consumer text NOT NULL,
    source text NOT NULL,
    id text NOT NULL,
    applied_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, source, id)
);
CREATE INDEX inbox_applied_at ON inbox (applied_at);

-- The columns are those of Debezium's outbox event router, with CloudEvents' attributes as further headers.
-- `position` grows in the order of commits for all rows of one topic and key, because their writers hold the key's lock.
CREATE TABLE outbox (
    shard smallint NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY,
    id text NOT NULL,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    type text NOT NULL,
    payload bytea NOT NULL,
    ce_source text,
    ce_subject text,
    ce_time text,
    ce_test text,
    traceparent text,
    announced_at timestamptz NOT NULL,
    PRIMARY KEY (shard, position)
) WITH (
    -- A queue: nearly every row dies soon. Vacuum by count, not by share, or the scan from its beginning grows slow.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 100000
);

-- A record that could not be applied, whole: what it was, why, and what became of it.
CREATE TABLE dead_letter (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    appended_at timestamptz NOT NULL,
    key bytea,
    value bytea,
    header_names bytea[] NOT NULL,
    header_values bytea[] NOT NULL,
    -- Known only where the record could be read that far.
    source text,
    id text,
    code text NOT NULL,
    reason text NOT NULL,
    trace text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'applied', 'dropped')),
    found_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    closed_at timestamptz,
    closed_because text,
    CHECK ((state = 'open') = (closed_at IS NULL)),
    UNIQUE (consumer, topic, partition, record_offset)
);
CREATE INDEX dead_letter_identity ON dead_letter (consumer, source, id) WHERE state <> 'applied';
CREATE INDEX dead_letter_open ON dead_letter (consumer, number) WHERE state = 'open';
CREATE INDEX dead_letter_closed_at ON dead_letter (closed_at) WHERE state <> 'open';

-- A consumer that stopped itself because the fault is ours; the row goes when an operator, or its own probe, resumes it.
CREATE TABLE breaker (
    consumer text PRIMARY KEY,
    opened_at timestamptz NOT NULL,
    reason text NOT NULL
);
