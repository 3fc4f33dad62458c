"""How the tables of deliveries came to be, version by version, for `schema_changes.migrate`."""
