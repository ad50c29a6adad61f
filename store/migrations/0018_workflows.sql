-- Workflows: each run with its steps, and tasks for people.
CREATE TABLE workflow (
    id INTEGER PRIMARY KEY,
    workflow_id TEXT NOT NULL,
    company TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    definition TEXT NOT NULL,
    survey_id TEXT,
    account_id TEXT,
    started_by INTEGER NOT NULL REFERENCES inbox (id),
    state TEXT NOT NULL CHECK (state IN ('running', 'waiting', 'held', 'undoing', 'done', 'undone', 'cancelled')),
    place INTEGER NOT NULL DEFAULT 0,
    inbox_id INTEGER REFERENCES inbox (id),
    question TEXT,
    cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1)),
    due_at INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (company, workflow_id),
    CHECK ((state IN ('done', 'undone', 'cancelled')) = (ended_at IS NOT NULL))
) STRICT;
CREATE INDEX workflow_due ON workflow (due_at) WHERE ended_at IS NULL;
CREATE INDEX workflow_survey ON workflow (company, survey_id) WHERE survey_id IS NOT NULL;
CREATE INDEX workflow_account ON workflow (company, account_id) WHERE account_id IS NOT NULL;
CREATE INDEX workflow_ended ON workflow (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE workflow_context (
    workflow INTEGER PRIMARY KEY REFERENCES workflow (id),
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE workflow_step (
    workflow INTEGER NOT NULL REFERENCES workflow (id),
    place INTEGER NOT NULL,
    undo INTEGER NOT NULL CHECK (undo IN (0, 1)),
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'skipped', 'failed')),
    inbox_id INTEGER REFERENCES inbox (id),
    result TEXT,
    object TEXT,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (workflow, place, undo)
) STRICT, WITHOUT ROWID;

CREATE TABLE todo (
    id INTEGER PRIMARY KEY,
    company TEXT NOT NULL,
    workflow INTEGER NOT NULL REFERENCES workflow (id),
    place INTEGER NOT NULL,
    title TEXT NOT NULL,
    due TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'cancelled')),
    person TEXT,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (workflow, place)
) STRICT;
CREATE INDEX todo_open ON todo (company, id) WHERE state = 'open';
