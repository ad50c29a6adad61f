-- What made a command: the version of its rule's code, and of the mapping in the configuration where there is one.
ALTER TABLE outbox ADD COLUMN rule_version TEXT;
ALTER TABLE outbox ADD COLUMN mapping_version TEXT;
