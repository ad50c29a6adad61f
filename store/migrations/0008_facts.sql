-- What rules are told besides the event.
CREATE TABLE generation (
    thing TEXT PRIMARY KEY,
    company TEXT NOT NULL,
    generation INTEGER NOT NULL CHECK (generation > 1),
    reason TEXT NOT NULL,
    decided_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE answer (
    company TEXT NOT NULL,
    subject TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    person TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (company, subject, question)
) STRICT, WITHOUT ROWID;
