-- What waits for a person, grouped by the one question that frees it.
CREATE TABLE asked (
    id INTEGER PRIMARY KEY,
    company TEXT NOT NULL,
    key TEXT NOT NULL,
    reason TEXT NOT NULL,
    input TEXT NOT NULL DEFAULT '',
    of_sale INTEGER NOT NULL DEFAULT 0 CHECK (of_sale IN (0, 1)),
    choices TEXT NOT NULL DEFAULT '[]',
    waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    at INTEGER NOT NULL,
    told_at INTEGER,
    UNIQUE (company, key)
) STRICT;
CREATE INDEX asked_open ON asked (company, id) WHERE waiting > 0;

CREATE TABLE hold (
    place TEXT NOT NULL CHECK (place IN ('in', 'out')),
    id INTEGER NOT NULL,
    question INTEGER NOT NULL REFERENCES asked (id),
    at INTEGER NOT NULL,
    thing TEXT NOT NULL DEFAULT '',
    sale TEXT NOT NULL DEFAULT '',
    total TEXT NOT NULL DEFAULT '',
    currency TEXT NOT NULL DEFAULT '',
    rate TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (place, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_question ON hold (question, place, id);

CREATE TRIGGER hold_counted_in AFTER INSERT ON hold BEGIN
    UPDATE asked SET waiting = waiting + 1 WHERE id = new.question;
END;
CREATE TRIGGER hold_counted_out AFTER DELETE ON hold BEGIN
    UPDATE asked SET waiting = waiting - 1 WHERE id = old.question;
END;
CREATE TRIGGER inbox_released AFTER UPDATE OF state ON inbox
    WHEN old.state IN ('parked', 'held') AND new.state NOT IN ('parked', 'held') BEGIN
    DELETE FROM hold WHERE place = 'in' AND id = old.id;
END;
CREATE TRIGGER inbox_released_out AFTER DELETE ON inbox WHEN old.state IN ('parked', 'held') BEGIN
    DELETE FROM hold WHERE place = 'in' AND id = old.id;
END;
CREATE TRIGGER outbox_released AFTER UPDATE OF state ON outbox
    WHEN old.state IN ('parked', 'held') AND new.state NOT IN ('parked', 'held') BEGIN
    DELETE FROM hold WHERE place = 'out' AND id = old.id;
END;
CREATE TRIGGER outbox_released_out AFTER DELETE ON outbox WHEN old.state IN ('parked', 'held') BEGIN
    DELETE FROM hold WHERE place = 'out' AND id = old.id;
END;

-- What stands still already is grouped by the words of its question, as whatever names nothing better.
INSERT INTO asked (company, key, reason, at)
    SELECT company, coalesce(reason, state) || ':' || coalesce(question, ''), coalesce(reason, state), max(at)
    FROM (SELECT company, state, reason, question, coalesce(handled_at, received_at) AS at FROM inbox
            WHERE state IN ('parked', 'held')
        UNION ALL SELECT company, state, reason, question, due_at FROM outbox WHERE state IN ('parked', 'held'))
    GROUP BY 1, 2, 3;
INSERT INTO hold (place, id, question, at)
    SELECT 'in', i.id, a.id, coalesce(i.handled_at, i.received_at) FROM inbox i JOIN asked a ON a.company = i.company
        AND a.key = coalesce(i.reason, i.state) || ':' || coalesce(i.question, '') WHERE i.state IN ('parked', 'held');
INSERT INTO hold (place, id, question, at)
    SELECT 'out', o.id, a.id, o.due_at FROM outbox o JOIN asked a ON a.company = o.company
        AND a.key = coalesce(o.reason, o.state) || ':' || coalesce(o.question, '') WHERE o.state IN ('parked', 'held');

-- Kronor per unit of a foreign currency, where the source states it.
ALTER TABLE sale ADD COLUMN rate TEXT NOT NULL DEFAULT '';
