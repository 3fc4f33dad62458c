"""Backups: the event store, the key store, the outbox and the documents, in folders, while everything serves.

The order gives the consistency: first the outbox with how far it has come, then the events up to a position,
then the key store (whatever the events need was committed before them), then the documents that the events
name (put before them). Read models are left out: they follow the log. `docs/adr/0012` says why it is so.
"""
