-- The service's own copy of who may do what, kept from access-changed events. Of a key only its SHA-256 digest is here.
CREATE TABLE access_key (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    name text NOT NULL,
    source text,
    roles text[] NOT NULL CHECK (cardinality(roles) > 0),
    movements text[],
    agencies text[],
    expires_at timestamptz,
    revoked_at timestamptz,
    revision bigint NOT NULL
);

COMMENT ON COLUMN access_key.movements IS 'Movements that the key reaches; NULL for all.';
COMMENT ON COLUMN access_key.agencies IS 'Agencies that the key reaches, each with those below it; NULL for all.';
COMMENT ON COLUMN access_key.revision IS 'Only a higher revision changes a row, whatever comes first.';
