-- What people answered in surveys, without a word of it: scores for what comes next, and for statistics.
CREATE TABLE response (
    thing TEXT PRIMARY KEY,
    company TEXT NOT NULL,
    survey TEXT NOT NULL,
    person TEXT NOT NULL,
    score TEXT,
    scale TEXT,
    at INTEGER NOT NULL,
    day TEXT NOT NULL,
    inbox_id INTEGER NOT NULL,
    met TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX response_person ON response (company, person, at, inbox_id);
CREATE INDEX response_survey ON response (company, survey, day, scale, score);
CREATE INDEX response_at ON response (at);
