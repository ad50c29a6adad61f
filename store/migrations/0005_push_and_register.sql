-- What the far side tells by itself (push) enters the inbox too.
CREATE TABLE inbox_next (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    company TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'reading', 'handled', 'ignored', 'before_start', 'stale', 'parked',
        'held', 'superseded', 'discarded')),
    reason TEXT,
    question TEXT,
    kind TEXT,
    thing TEXT,
    number TEXT,
    version TEXT,
    handled_at INTEGER,
    origin TEXT NOT NULL DEFAULT 'webhook' CHECK (origin IN ('webhook', 'poll', 'push')),
    CHECK ((state IN ('waiting', 'reading')) = (handled_at IS NULL))
) STRICT;
INSERT INTO inbox_next SELECT id, source, company, dedupe_key, received_at, state, reason, question, kind, thing,
    number, version, handled_at, origin FROM inbox;
DROP TABLE inbox;
ALTER TABLE inbox_next RENAME TO inbox;
CREATE UNIQUE INDEX inbox_delivery ON inbox (source, dedupe_key);
CREATE INDEX inbox_waiting ON inbox (id) WHERE state = 'waiting';
CREATE INDEX inbox_stopped ON inbox (company, id) WHERE state IN ('parked', 'held');
CREATE INDEX inbox_thing ON inbox (thing) WHERE thing IS NOT NULL;
CREATE INDEX inbox_number ON inbox (number) WHERE number IS NOT NULL;
CREATE INDEX inbox_received ON inbox (received_at);
CREATE TRIGGER inbox_counted_in AFTER INSERT ON inbox BEGIN
    INSERT INTO counter VALUES (new.company, 'inbox_' || new.state, 1)
        ON CONFLICT DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER inbox_counted_over AFTER UPDATE OF state ON inbox WHEN old.state <> new.state BEGIN
    UPDATE counter SET value = value - 1 WHERE company = old.company AND name = 'inbox_' || old.state;
    INSERT INTO counter VALUES (new.company, 'inbox_' || new.state, 1)
        ON CONFLICT DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER inbox_counted_out AFTER DELETE ON inbox BEGIN
    UPDATE counter SET value = value - 1 WHERE company = old.company AND name = 'inbox_' || old.state;
END;
-- What stands still of each source: few rows ever do, so this costs the others nothing.
CREATE TRIGGER source_counted_in AFTER INSERT ON inbox WHEN new.state IN ('reading', 'parked', 'held') BEGIN
    INSERT INTO counter VALUES (new.company, 'source_' || new.source || '_' || new.state, 1)
        ON CONFLICT DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER source_counted_on AFTER UPDATE OF state ON inbox
    WHEN old.state <> new.state AND new.state IN ('reading', 'parked', 'held') BEGIN
    INSERT INTO counter VALUES (new.company, 'source_' || new.source || '_' || new.state, 1)
        ON CONFLICT DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER source_counted_off AFTER UPDATE OF state ON inbox
    WHEN old.state <> new.state AND old.state IN ('reading', 'parked', 'held') BEGIN
    UPDATE counter SET value = value - 1
        WHERE company = old.company AND name = 'source_' || old.source || '_' || old.state;
END;
CREATE TRIGGER source_counted_out AFTER DELETE ON inbox WHEN old.state IN ('reading', 'parked', 'held') BEGIN
    UPDATE counter SET value = value - 1
        WHERE company = old.company AND name = 'source_' || old.source || '_' || old.state;
END;

-- Where each topic of an app's push stream stands: the last offset whose event lies in the inbox, told at that moment.
CREATE TABLE push_offset (
    client TEXT NOT NULL,
    topic TEXT NOT NULL,
    offset TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (client, topic)
) STRICT, WITHOUT ROWID;

-- The local copy of a company's registers: what matching and checks read; told_at is when the far side showed it.
CREATE TABLE register (
    company TEXT NOT NULL,
    resource TEXT NOT NULL,
    number TEXT NOT NULL,
    fields TEXT NOT NULL,
    told_at INTEGER NOT NULL,
    PRIMARY KEY (company, resource, number)
) STRICT, WITHOUT ROWID;

-- What an entry can be found by, normalised.
CREATE TABLE register_key (
    company TEXT NOT NULL,
    resource TEXT NOT NULL,
    key TEXT NOT NULL,
    number TEXT NOT NULL,
    PRIMARY KEY (company, resource, key, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX register_key_number ON register_key (company, resource, number);

-- How old each copy is: when its last sweep that came to its end had begun, and its last whole one (with deletions);
-- doubted_at asks for a whole one that begins later.
CREATE TABLE register_age (
    company TEXT NOT NULL,
    resource TEXT NOT NULL,
    swept_at INTEGER,
    whole_at INTEGER,
    doubted_at INTEGER,
    PRIMARY KEY (company, resource)
) STRICT, WITHOUT ROWID;

-- Customers of ours of whom somebody else made another one: documents for them are held until a person says which
-- (settled_at: that the other one is somebody else), or the other one is gone or inactive.
CREATE TABLE doubled_party (
    company TEXT NOT NULL,
    number TEXT NOT NULL,
    other TEXT NOT NULL,
    inbox_id INTEGER NOT NULL,
    noticed_at INTEGER NOT NULL,
    settled_at INTEGER,
    PRIMARY KEY (company, number, other)
) STRICT, WITHOUT ROWID;
