-- A closed period is reopened by two people: one asks, another confirms what was asked.

CREATE TABLE reopening (
    movement text NOT NULL,
    period text NOT NULL,
    -- The place of the act in the chain: whoever confirms says by it which request they have read.
    request bigint NOT NULL,
    reason text NOT NULL,
    closes_at timestamptz,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (movement, period),
    FOREIGN KEY (movement, period) REFERENCES period
);
