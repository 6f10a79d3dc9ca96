-- What people do with scores and suggestions: appraisals, and the steps of the council.

-- An appraisal is made on one version of a report; with another version it counts no more, and stays on record.
CREATE TABLE appraisal (
    movement text NOT NULL,
    period text NOT NULL,
    agency text NOT NULL,
    revision bigint NOT NULL,
    report_version integer NOT NULL CHECK (report_version >= 1),
    -- JSON text: by criterion the value found, or the points, and the reason.
    findings text NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    appraised_at timestamptz NOT NULL,
    PRIMARY KEY (movement, period, agency, revision)
);

-- With the report and the appraisal, all that a score was computed from; null for a void score.
ALTER TABLE score
    ADD COLUMN due date,
    ADD COLUMN grace_days integer,
    ADD COLUMN cluster_facts text,
    ADD COLUMN appraisal bigint,
    ADD COLUMN published_at timestamptz,
    ADD CHECK (published_at IS NULL OR (state = 'final' AND NOT is_void));

-- `state` says whether a suggestion is open and how it ended, `stage` how far people have come with it.
ALTER TABLE proposal
    ADD COLUMN stage text NOT NULL DEFAULT 'suggested' CHECK (
        stage IN (
            'suggested', 'received', 'returned', 'public-comment', 'voted', 'granted', 'published', 'refused', 'revoked', 'withdrawn'
        )
    );
UPDATE proposal SET stage = state WHERE state <> 'proposed';
ALTER TABLE proposal ADD CHECK (
    state = CASE
        WHEN stage IN ('suggested', 'received', 'returned', 'public-comment', 'voted') THEN 'proposed'
        WHEN stage = 'published' THEN 'granted'
        ELSE stage
    END
);

-- The papers that are there; the row goes when the dossier goes back.
CREATE TABLE dossier (
    proposal text PRIMARY KEY REFERENCES proposal,
    items text[] NOT NULL,
    actor text NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE TABLE dossier_return (
    proposal text NOT NULL REFERENCES proposal,
    number integer NOT NULL CHECK (number >= 1),
    reason text NOT NULL,
    items text[] NOT NULL,
    comments text[] NOT NULL,
    actor text NOT NULL,
    returned_at timestamptz NOT NULL,
    PRIMARY KEY (proposal, number)
);

-- Of comments only how many there are, and references to them; the row goes when the dossier goes back.
CREATE TABLE public_comment (
    proposal text PRIMARY KEY REFERENCES proposal,
    working_days integer NOT NULL,
    last_day date NOT NULL,
    comments integer NOT NULL DEFAULT 0,
    comment_references text[] NOT NULL DEFAULT '{}',
    actor text NOT NULL,
    opened_at timestamptz NOT NULL
);

-- One vote on a suggestion, counted on all members of the council.
CREATE TABLE vote (
    proposal text PRIMARY KEY REFERENCES proposal,
    members integer NOT NULL CHECK (members >= 1),
    in_favour integer NOT NULL,
    against integer NOT NULL,
    abstained integer NOT NULL,
    absent integer NOT NULL,
    recused integer NOT NULL,
    written integer NOT NULL,
    needed integer NOT NULL,
    actor text NOT NULL,
    voted_at timestamptz NOT NULL,
    CHECK (in_favour + against + abstained + absent + recused = members)
);
-- The members by opaque references; never announced.
CREATE TABLE ballot (
    proposal text NOT NULL REFERENCES vote,
    member text NOT NULL,
    ballot text NOT NULL CHECK (ballot IN ('in-favour', 'against', 'abstained', 'absent', 'recused')),
    written boolean NOT NULL,
    unit text,
    PRIMARY KEY (proposal, member)
);

CREATE TABLE publication (
    proposal text PRIMARY KEY REFERENCES decision,
    reference text,
    actor text NOT NULL,
    published_at timestamptz NOT NULL
);
