-- What downstream is told: one feed of events, the subscriptions that read it, and the notices to agencies.

-- Handlers append rows without a position; one worker numbers rows that have committed. So positions become visible in their own
-- order, without gaps, and whoever reads on from a position never skips an event that committed late.
CREATE TABLE feed (
    arrival bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position bigint,
    source text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    lane text NOT NULL,
    movement text,
    agency text,
    owner text,
    private boolean NOT NULL,
    test boolean NOT NULL,
    body text NOT NULL,
    received_at timestamptz NOT NULL,
    UNIQUE (source, id)
);
CREATE UNIQUE INDEX feed_position ON feed (position) WHERE position IS NOT NULL;
CREATE INDEX feed_unnumbered ON feed (arrival) WHERE position IS NULL;
CREATE INDEX feed_lane ON feed (lane, position) WHERE position IS NOT NULL;

COMMENT ON COLUMN feed.lane IS 'Events of one lane (an agency, or the key of a topic) are told in order; lanes do not wait for one another.';
COMMENT ON COLUMN feed.owner IS 'The source whose event it is, where it is one''s.';
COMMENT ON COLUMN feed.private IS 'Told to its owner alone.';
COMMENT ON COLUMN feed.body IS 'The event as CloudEvents structured JSON, the very text that is sent.';

CREATE TABLE feed_state (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    last_position bigint NOT NULL DEFAULT 0,
    pruned_through bigint NOT NULL DEFAULT 0,
    CHECK (pruned_through <= last_position)
);
INSERT INTO feed_state DEFAULT VALUES;

-- A webhook is a cursor on the feed. Secrets are kept as they are, for signing needs them; encryption at rest is the database's matter.
CREATE TABLE subscription (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    url text NOT NULL,
    secret text NOT NULL,
    names text[],
    movements text[],
    agencies text[],
    sandbox boolean NOT NULL,
    position bigint NOT NULL,
    created_at timestamptz NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    rest_until timestamptz,
    disabled_at timestamptz,
    disabled_because text,
    lease uuid,
    leased_until timestamptz
);
CREATE INDEX subscription_owner ON subscription (owner, id);

COMMENT ON COLUMN subscription.position IS 'All events up to here are sent, save those of parked lanes.';
COMMENT ON COLUMN subscription.failures IS 'Failed attempts in a row, whatever the lane.';

-- A lane whose event could not be delivered: it goes on from `position` by itself, and the subscription''s cursor passes it by.
CREATE TABLE parked (
    subscription uuid NOT NULL REFERENCES subscription ON DELETE CASCADE,
    lane text NOT NULL,
    position bigint NOT NULL,
    attempts integer NOT NULL,
    failing_since timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    PRIMARY KEY (subscription, lane)
);
CREATE INDEX parked_due ON parked (next_attempt_at);

CREATE TABLE attempt (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription uuid NOT NULL REFERENCES subscription ON DELETE CASCADE,
    position bigint NOT NULL,
    event_id text NOT NULL,
    event_name text NOT NULL,
    at timestamptz NOT NULL,
    outcome text NOT NULL,
    status integer,
    took_ms integer NOT NULL,
    detail text NOT NULL
);
CREATE INDEX attempt_subscription ON attempt (subscription, number);
CREATE INDEX attempt_at ON attempt (at);

CREATE TABLE agency (
    code text PRIMARY KEY,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    revision bigint NOT NULL
);

CREATE TABLE contact (
    agency text PRIMARY KEY,
    email text NOT NULL,
    language text NOT NULL CHECK (language IN ('vi', 'en')),
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL
);

-- What an agency (or the operator) is to be told by e-mail. `pending` waits, `sending` is in somebody's hands, `uncertain` may have
-- been received: it is repeated at most once, under the same Message-ID.
CREATE TABLE notice (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_source text NOT NULL,
    event_id text NOT NULL,
    kind text NOT NULL,
    agency text NOT NULL,
    movement text,
    period text,
    data text NOT NULL,
    happened_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'uncertain', 'not-sent')),
    attempts integer NOT NULL DEFAULT 0,
    repeated boolean NOT NULL DEFAULT false,
    next_attempt_at timestamptz,
    sending_since timestamptz,
    settled_at timestamptz,
    reason text,
    detail text,
    message_id text,
    UNIQUE (event_source, event_id, kind, agency)
);
CREATE INDEX notice_due ON notice (next_attempt_at) WHERE state IN ('pending', 'uncertain');
CREATE INDEX notice_sending ON notice (sending_since) WHERE state = 'sending';
CREATE INDEX notice_agency ON notice (agency, number);
CREATE INDEX notice_created_at ON notice (created_at);

COMMENT ON COLUMN notice.agency IS 'Whom it is for; empty for the operator of this service.';
