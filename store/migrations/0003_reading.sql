-- Deliveries that only hint: the state of being read at the sender, what is read, and where polling stands.
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
    origin TEXT NOT NULL DEFAULT 'webhook' CHECK (origin IN ('webhook', 'poll')),
    CHECK ((state IN ('waiting', 'reading')) = (handled_at IS NULL))
) STRICT;
INSERT INTO inbox_next SELECT id, source, company, dedupe_key, received_at, state, reason, question, kind, thing,
    number, version, handled_at, 'webhook' FROM inbox;
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
INSERT INTO counter SELECT company, 'source_' || source || '_' || state, count(*) FROM inbox
    WHERE state IN ('parked', 'held') GROUP BY company, source, state;

-- What is to be read at the sender for a delivery, and when it is tried (again).
CREATE TABLE reading (
    inbox_id INTEGER PRIMARY KEY REFERENCES inbox (id),
    source TEXT NOT NULL,
    wanted TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    reason TEXT
) STRICT;
CREATE INDEX reading_due ON reading (source, due_at, inbox_id);

-- What was read for a delivery; no body: the sender has no such record.
CREATE TABLE inbox_read (
    inbox_id INTEGER NOT NULL REFERENCES inbox (id),
    name TEXT NOT NULL,
    read_at INTEGER NOT NULL,
    sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)),
    body BLOB,
    PRIMARY KEY (inbox_id, name)
) STRICT;

-- Each sender: when it was last configured and what makes it come again, when it last sent, where polling it stands.
CREATE TABLE sender (
    source TEXT PRIMARY KEY,
    configured_at INTEGER,
    retry_status INTEGER,
    webhook_at INTEGER,
    polled_at INTEGER,
    outcome TEXT,
    cursor TEXT
) STRICT, WITHOUT ROWID;

-- The same event may come on two paths under different names: what each was, for a limited time.
CREATE TABLE twin (
    inbox_id INTEGER PRIMARY KEY REFERENCES inbox (id),
    company TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    at INTEGER NOT NULL,
    origin TEXT NOT NULL,
    met INTEGER
) STRICT;
CREATE INDEX twin_key ON twin (company, key);
