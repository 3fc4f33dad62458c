"""How the outbox's tables came to be, version by version, for `schema.migrate`."""
