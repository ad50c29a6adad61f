-- Contacts and batches of clients of our own endpoints.
CREATE TABLE contact (
    company TEXT NOT NULL,
    survey_id TEXT NOT NULL,
    thing TEXT NOT NULL,
    customer TEXT NOT NULL,
    email TEXT,
    update_date INTEGER NOT NULL,
    inbox_id INTEGER NOT NULL REFERENCES inbox (id),
    PRIMARY KEY (company, survey_id, thing)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_email ON contact (company, email) WHERE email IS NOT NULL;

CREATE TABLE batch (
    company TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    source TEXT NOT NULL,
    digest TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (company, batch_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_received ON batch (received_at);

CREATE TABLE batch_row (
    company TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    row_id TEXT NOT NULL,
    inbox_id INTEGER REFERENCES inbox (id),
    fault TEXT,
    PRIMARY KEY (company, batch_id, place),
    CHECK ((inbox_id IS NULL) <> (fault IS NULL))
) STRICT, WITHOUT ROWID;
