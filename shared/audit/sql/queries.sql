-- name: last_act_place
-- How far the record of acts goes.
SELECT coalesce(max(sequence), 0) AS place FROM act;

-- name: waiting_acts
-- Acts that are recorded and wait for the relay.
SELECT payload FROM outbox WHERE aggregatetype = $1 AND type = $2 ORDER BY position;
