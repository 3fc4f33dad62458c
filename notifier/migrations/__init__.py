"""How the outbox's tables came to be, version by version, for `schema_changes.migrate`."""
