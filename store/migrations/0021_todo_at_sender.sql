-- A task that its sender shows, too: our mark in it, and the command that left it there (JSON), to complete it by.
ALTER TABLE todo ADD COLUMN mark TEXT;
ALTER TABLE todo ADD COLUMN sender_task TEXT;
CREATE INDEX todo_mark ON todo (mark) WHERE mark IS NOT NULL;
