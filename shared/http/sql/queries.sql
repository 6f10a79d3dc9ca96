-- name: find_key
-- The key with this digest, revoked and expired ones too: what that means is judged by whoever asks.
SELECT name, source, roles, movements, agencies, expires_at, revoked_at FROM access_key WHERE digest = $1;

-- name: keep_keys
-- Takes over what was announced of keys, each only where it is newer than what is here: a second delivery changes nothing.
INSERT INTO access_key AS kept (digest, name, source, roles, movements, agencies, expires_at, revoked_at, revision)
SELECT decode(digest, 'hex'), name, source, roles, movements, agencies, expires_at, revoked_at, revision
FROM jsonb_to_recordset($1::text::jsonb) AS told (
    digest text, name text, source text, roles text[], movements text[], agencies text[],
    expires_at timestamptz, revoked_at timestamptz, revision bigint
)
ORDER BY digest
ON CONFLICT (digest) DO UPDATE SET
    name = excluded.name, source = excluded.source, roles = excluded.roles, movements = excluded.movements,
    agencies = excluded.agencies, expires_at = excluded.expires_at, revoked_at = excluded.revoked_at, revision = excluded.revision
WHERE kept.revision < excluded.revision;
