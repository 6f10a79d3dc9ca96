-- What every competitor writes: one row for each report.
CREATE TABLE effect (
    source text NOT NULL,
    id text NOT NULL,
    agency text NOT NULL,
    period text NOT NULL,
    version integer NOT NULL,
    total numeric NOT NULL,
    report text NOT NULL,
    PRIMARY KEY (source, id)
);

-- What the bare loop keeps besides: the same marks and the same queue as the runtime, as small as they can be.
CREATE TABLE bare_inbox (source text NOT NULL, id text NOT NULL, PRIMARY KEY (source, id));
CREATE TABLE bare_outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL,
    agency text NOT NULL,
    value bytea NOT NULL
);
