"""Real servers on loopback, for tests and benchmarks: PostgreSQL, Ceph's S3 gateway, Postfix, scripted SMTP.

Each class owns a temporary directory and free ports, starts within a bounded time or says why not, and leaves
nothing behind: `with Postgres() as postgres: …`. Nothing here depends on pytest, so `bench/` uses it too.
"""
