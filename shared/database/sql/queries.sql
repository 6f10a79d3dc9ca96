-- name: schema_exists
-- Tells whether there is a schema of this name.
SELECT to_regnamespace($1) IS NOT NULL;

-- name: take_migration_lock
-- Only one program migrates a schema at a time; the others wait here, at most lock_timeout.
SELECT pg_advisory_lock(hashtextextended('migrate/' || $1, 0));

-- name: create_record_of_steps
-- The steps that were applied to the schema, each with the checksum of its text.
CREATE TABLE IF NOT EXISTS schema_migration (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: record_exists
-- Tells whether anything was ever applied to the schema.
SELECT to_regclass('schema_migration') IS NOT NULL;

-- name: applied_steps
-- The steps that were applied, in the order in which they were.
SELECT name, checksum FROM schema_migration ORDER BY place;

-- name: note_step
-- Notes a step in the transaction that applies it.
INSERT INTO schema_migration (name, checksum) VALUES ($1, $2);
