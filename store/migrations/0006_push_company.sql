-- An app's push stream: when it was last known to be open and in order.
CREATE TABLE push_client (
    client TEXT PRIMARY KEY,
    attended_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Companies that listen to an app's push stream: since when without a gap, and why it began anew then. What is known of
-- a register is in doubt until a whole sweep of it that began later has ended.
CREATE TABLE push_company (
    company TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    since INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- News that a call of ours may have made: kind and number of the object, as links name it.
ALTER TABLE reading ADD COLUMN made TEXT;
