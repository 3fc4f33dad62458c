"""How the tables of the audit log's rows came to be, version by version, for `schema_changes.migrate`."""
