-- An operator's word that a consumer may go past a record that the client library can not decode; the record is a dead letter by then.
CREATE TABLE skip (
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    -- Where the consumer stands: the word is good for this place and no other, so that it can never cost a record that nobody looked at.
    from_offset bigint NOT NULL,
    to_offset bigint NOT NULL CHECK (to_offset > from_offset),
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, topic, partition)
);
