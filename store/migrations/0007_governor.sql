-- Our own usage statistics, the queue of each priority, and what a person has approved.
CREATE TABLE usage (
    company TEXT NOT NULL,
    day TEXT NOT NULL,
    calls INTEGER NOT NULL,
    throttled INTEGER NOT NULL,
    PRIMARY KEY (company, day)
) STRICT, WITHOUT ROWID;

ALTER TABLE outbox ADD COLUMN approved INTEGER NOT NULL DEFAULT 0 CHECK (approved IN (0, 1));

INSERT INTO counter SELECT company, 'queued_' || priority, count(*) FROM outbox
    WHERE priority <> 1 AND state IN ('waiting', 'ready', 'in_flight', 'unknown') GROUP BY company, priority;
CREATE TRIGGER queue_counted_in AFTER INSERT ON outbox
    WHEN new.priority <> 1 AND new.state IN ('waiting', 'ready', 'in_flight', 'unknown') BEGIN
    INSERT INTO counter VALUES (new.company, 'queued_' || new.priority, 1)
        ON CONFLICT DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER queue_counted_on AFTER UPDATE OF state, priority ON outbox
    WHEN new.priority <> 1 AND new.state IN ('waiting', 'ready', 'in_flight', 'unknown')
        AND (old.priority <> new.priority OR old.state NOT IN ('waiting', 'ready', 'in_flight', 'unknown')) BEGIN
    INSERT INTO counter VALUES (new.company, 'queued_' || new.priority, 1)
        ON CONFLICT DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER queue_counted_off AFTER UPDATE OF state, priority ON outbox
    WHEN old.priority <> 1 AND old.state IN ('waiting', 'ready', 'in_flight', 'unknown')
        AND (old.priority <> new.priority OR new.state NOT IN ('waiting', 'ready', 'in_flight', 'unknown')) BEGIN
    UPDATE counter SET value = value - 1 WHERE company = old.company AND name = 'queued_' || old.priority;
END;
CREATE TRIGGER queue_counted_out AFTER DELETE ON outbox
    WHEN old.priority <> 1 AND old.state IN ('waiting', 'ready', 'in_flight', 'unknown') BEGIN
    UPDATE counter SET value = value - 1 WHERE company = old.company AND name = 'queued_' || old.priority;
END;
