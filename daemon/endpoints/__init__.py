"""Our own HTTP endpoints: contacts, batches, workflows and the state of documents, for clients with a key."""
