"""A genuine audit log and event store, ways to tamper with a copy of both, and what must be said then.

`python -m tests.tampering` prints the table: what was changed → what `ebox audit verify` said.
"""
