-- The whole schema as it stands after all migrations, to read. A test compares it with what migrating makes.
-- Moments are milliseconds since 1970 in UTC; JSON columns hold one object; money inside JSON is decimal text.

-- Which migrations this file has had, and the digest of each one's text.
CREATE TABLE migration (number INTEGER PRIMARY KEY, digest TEXT NOT NULL) STRICT;

CREATE TABLE company (
    name TEXT PRIMARY KEY,
    proof TEXT NOT NULL DEFAULT 'looking' CHECK (proof IN ('looking', 'empty', 'new_work')),
    kind TEXT CHECK (kind IN ('live', 'test', 'simulator')),
    tenant TEXT,
    organisation_number TEXT,
    pinned_at INTEGER,
    called INTEGER NOT NULL DEFAULT 0 CHECK (called IN (0, 1)),
    CHECK ((tenant IS NULL) = (pinned_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE "pause" (
    scope TEXT NOT NULL CHECK (scope IN ('company', 'rule', 'workflow')),
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE "inbox" (
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
CREATE UNIQUE INDEX inbox_delivery ON inbox (source, dedupe_key);
CREATE INDEX inbox_waiting ON inbox (id) WHERE state = 'waiting';
CREATE INDEX inbox_stopped ON inbox (company, id) WHERE state IN ('parked', 'held');
CREATE INDEX inbox_thing ON inbox (thing) WHERE thing IS NOT NULL;
CREATE INDEX inbox_number ON inbox (number) WHERE number IS NOT NULL;
CREATE INDEX inbox_received ON inbox (received_at);

-- Wide and short-lived: the hot path rewrites only the narrow row above.
CREATE TABLE inbox_body (
    inbox_id INTEGER PRIMARY KEY REFERENCES inbox (id),
    headers TEXT NOT NULL,
    sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)),
    body BLOB NOT NULL
) STRICT;

-- What is to be read at the sender for a delivery, and when it is tried (again).
CREATE TABLE reading (
    inbox_id INTEGER PRIMARY KEY REFERENCES inbox (id),
    source TEXT NOT NULL,
    wanted TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    made TEXT
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

-- The newest version handled of each thing that events speak of.
CREATE TABLE thing_version (
    thing TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    inbox_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    company TEXT NOT NULL,
    lane TEXT NOT NULL,
    -- Order within the lane: the id, until a newer command takes over from one that this one stood behind.
    place REAL NOT NULL,
    inbox_id INTEGER NOT NULL REFERENCES inbox (id),
    rule TEXT NOT NULL,
    kind TEXT NOT NULL,
    thing TEXT NOT NULL,
    refs TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('waiting', 'ready', 'in_flight', 'unknown', 'parked', 'held', 'done', 'discarded', 'superseded')),
    priority INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    recheck INTEGER NOT NULL DEFAULT 0 CHECK (recheck IN (0, 1)),
    waits_for TEXT,
    reason TEXT,
    question TEXT,
    result TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    -- A person has allowed its write, where the configuration asks for that.
    approved INTEGER NOT NULL DEFAULT 0 CHECK (approved IN (0, 1)),
    -- What made it: the version of its rule's code, and of the mapping in the configuration where there is one.
    rule_version TEXT,
    mapping_version TEXT,
    CHECK ((state = 'waiting') = (waits_for IS NOT NULL)),
    CHECK ((state IN ('done', 'discarded', 'superseded')) = (finished_at IS NOT NULL))
) STRICT;
CREATE INDEX outbox_lane ON outbox (company, lane, place) WHERE finished_at IS NULL;
CREATE INDEX outbox_open ON outbox (id) WHERE finished_at IS NULL AND state NOT IN ('parked', 'held');
CREATE INDEX outbox_waits ON outbox (waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX outbox_stopped ON outbox (company, id) WHERE state IN ('parked', 'held');
CREATE INDEX outbox_inbox ON outbox (inbox_id);
CREATE INDEX outbox_thing ON outbox (thing);
CREATE INDEX outbox_finished ON outbox (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE outbox_payload (
    outbox_id INTEGER PRIMARY KEY REFERENCES outbox (id),
    command TEXT NOT NULL,
    replaced TEXT,
    proof TEXT
) STRICT;

-- One row per lane with unfinished work; picking due work reads only this.
CREATE TABLE lane (
    company TEXT NOT NULL,
    lane TEXT NOT NULL,
    head INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    runnable INTEGER NOT NULL CHECK (runnable IN (0, 1)),
    PRIMARY KEY (company, lane)
) STRICT, WITHOUT ROWID;
CREATE INDEX lane_due ON lane (company, priority, due_at) WHERE runnable = 1;

CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    outbox_id INTEGER NOT NULL REFERENCES outbox (id),
    company TEXT NOT NULL,
    thing TEXT NOT NULL,
    far_object TEXT,
    operation TEXT NOT NULL,
    creates INTEGER NOT NULL CHECK (creates IN (0, 1)),
    stands_on TEXT NOT NULL,
    evidence TEXT NOT NULL,
    altered TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    end TEXT NOT NULL CHECK (end IN ('in_flight', 'known', 'unknown', 'throttled', 'found', 'absent')),
    status INTEGER,
    code INTEGER,
    reason TEXT,
    detail TEXT,
    CHECK ((end = 'in_flight') = (ended_at IS NULL))
) STRICT;
CREATE INDEX attempt_outbox ON attempt (outbox_id);
CREATE INDEX attempt_thing ON attempt (thing) WHERE end IN ('in_flight', 'unknown', 'throttled', 'absent');
CREATE INDEX attempt_open ON attempt (company, far_object) WHERE end IN ('in_flight', 'unknown', 'throttled');

CREATE TABLE look (
    id INTEGER PRIMARY KEY,
    attempt_id INTEGER NOT NULL REFERENCES attempt (id),
    outbox_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    found TEXT NOT NULL CHECK (found IN ('absent', 'found', 'failed')),
    proof TEXT NOT NULL
) STRICT;
CREATE INDEX look_attempt ON look (attempt_id);

CREATE TABLE link (
    thing TEXT PRIMARY KEY,
    company TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
    outbox_id INTEGER NOT NULL,
    linked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX link_far ON link (company, kind, number);
-- The payments of ours on one invoice of the far system, so that several of them never come to more than it.
CREATE INDEX link_paid_invoice ON link (company, json_extract(state, '$.invoice')) WHERE kind = 'payment';

-- Match keys of customers that are linked, so that a known buyer costs no look-up.
CREATE TABLE party_key (
    company TEXT NOT NULL,
    key TEXT NOT NULL,
    thing TEXT NOT NULL,
    number TEXT NOT NULL,
    PRIMARY KEY (company, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX party_key_number ON party_key (company, number);

-- Match keys of parties that are being looked up or created just now.
CREATE TABLE claim (
    company TEXT NOT NULL,
    key TEXT NOT NULL,
    thing TEXT NOT NULL,
    outbox_id INTEGER NOT NULL,
    PRIMARY KEY (company, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_outbox ON claim (company, outbox_id);

-- Invoices that commands of ours mean to make, for the guard against one sale arriving twice.
CREATE TABLE sale (
    thing TEXT PRIMARY KEY,
    company TEXT NOT NULL,
    customer TEXT NOT NULL,
    made_from TEXT NOT NULL CHECK (made_from IN ('order', 'invoice')),
    total TEXT NOT NULL,
    currency TEXT NOT NULL,
    keys TEXT NOT NULL,
    number TEXT NOT NULL,
    at INTEGER NOT NULL,
    net TEXT NOT NULL DEFAULT '',
    rate TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX sale_total ON sale (company, currency, total, at);
CREATE INDEX sale_net ON sale (company, currency, net, at);

-- Where each topic of an app's push stream stands: the last offset whose event lies in the inbox, told at that moment.
CREATE TABLE push_offset (
    client TEXT NOT NULL,
    topic TEXT NOT NULL,
    offset TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (client, topic)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE token (
    company TEXT NOT NULL,
    purpose TEXT NOT NULL,
    sealed BLOB NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (company, purpose)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
    name TEXT PRIMARY KEY,
    last_run INTEGER NOT NULL,
    outcome TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The newest generation of a thing whose documents were made anew; a thing that is in no row has its first.
CREATE TABLE generation (
    thing TEXT PRIMARY KEY,
    company TEXT NOT NULL,
    generation INTEGER NOT NULL CHECK (generation > 1),
    reason TEXT NOT NULL,
    decided_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What people answered to questions of rules; an empty subject: for the whole company, else for one thing.
CREATE TABLE answer (
    company TEXT NOT NULL,
    subject TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    person TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (company, subject, question)
) STRICT, WITHOUT ROWID;

-- Contacts that clients of our own endpoints keep: what each calls one, and the customer that it is.
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

-- Batches of clients and people, and their rows: each row is a delivery of its own, or was faulty.
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

-- Runs of workflows: the section that each began with, its current step, and the delivery of that step.
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

-- What a run knows: the event that started it and what its steps made.
CREATE TABLE workflow_context (
    workflow INTEGER PRIMARY KEY REFERENCES workflow (id),
    sealed BLOB NOT NULL
) STRICT;

-- Steps that were begun; an undo takes another step back.
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

-- Tasks that workflows gave to people.
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
    mark TEXT,
    sender_task TEXT,
    UNIQUE (workflow, place)
) STRICT;
CREATE INDEX todo_open ON todo (company, id) WHERE state = 'open';
CREATE INDEX todo_mark ON todo (mark) WHERE mark IS NOT NULL;

-- Questions that something waits or waited for: one for each thing that one answer frees. The answer is a rule's input where
-- input says so (of_sale: remembered for each sale alone); told_at is when a person was last told.
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

-- What waits for each question: deliveries (in) and commands (out); of a delivery also the sale that it speaks of.
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

-- What a person did, for explain.
CREATE TABLE action (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    person TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT
) STRICT;
CREATE INDEX action_subject ON action (subject);

CREATE TABLE start (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    version TEXT NOT NULL,
    stopped_at INTEGER
) STRICT;

-- Calls of each company that left on a day (in Stockholm), and those of them that were answered 429.
CREATE TABLE usage (
    company TEXT NOT NULL,
    day TEXT NOT NULL,
    calls INTEGER NOT NULL,
    throttled INTEGER NOT NULL,
    PRIMARY KEY (company, day)
) STRICT, WITHOUT ROWID;

-- Kept counters: nothing counts a backlog by reading it.
CREATE TABLE counter (
    company TEXT NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL CHECK (value >= 0),
    PRIMARY KEY (company, name)
) STRICT, WITHOUT ROWID;

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
CREATE TRIGGER outbox_counted_in AFTER INSERT ON outbox BEGIN
    INSERT INTO counter VALUES (new.company, 'outbox_' || new.state, 1)
        ON CONFLICT DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER outbox_counted_over AFTER UPDATE OF state ON outbox WHEN old.state <> new.state BEGIN
    UPDATE counter SET value = value - 1 WHERE company = old.company AND name = 'outbox_' || old.state;
    INSERT INTO counter VALUES (new.company, 'outbox_' || new.state, 1)
        ON CONFLICT DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER outbox_counted_out AFTER DELETE ON outbox BEGIN
    UPDATE counter SET value = value - 1 WHERE company = old.company AND name = 'outbox_' || old.state;
END;
-- The queue of each priority; live work (1) is what is left of all, so this costs the ordinary case nothing.
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
-- What is no longer stopped waits for no question; how many do is kept.
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

-- What rules in shadow mode would have done: one row for each event and rule; numbers and sums, nothing of a party.
CREATE TABLE shadow (
    inbox_id INTEGER NOT NULL,
    rule TEXT NOT NULL,
    company TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'told', 'gone')),
    report TEXT,
    PRIMARY KEY (inbox_id, rule),
    CHECK ((state = 'told') = (report IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX shadow_waiting ON shadow (inbox_id) WHERE state = 'waiting';
CREATE INDEX shadow_at ON shadow (company, at);
