-- A workflow can be paused by its name, as a company and a rule can.
CREATE TABLE pause_new (
    scope TEXT NOT NULL CHECK (scope IN ('company', 'rule', 'workflow')),
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;
INSERT INTO pause_new SELECT scope, name, reason, since FROM pause;
DROP TABLE pause;
ALTER TABLE pause_new RENAME TO pause;
