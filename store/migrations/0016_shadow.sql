-- What rules in shadow mode would have done: one row for each event and rule; numbers and sums, nothing of a party.
CREATE TABLE shadow (
    inbox_id INTEGER NOT NULL,
    rule TEXT NOT NULL,
    company TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'told', 'gone')),
    report TEXT,
    PRIMARY KEY (inbox_id, rule),
    CHECK ((state = 'told') = (report IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX shadow_waiting ON shadow (inbox_id) WHERE state = 'waiting';
CREATE INDEX shadow_at ON shadow (company, at);
