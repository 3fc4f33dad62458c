"""Checks the audit log from outside: needs a copy of the log (or its address) and the log's public key, and
nothing of the installation.

`verifying` walks over all leaves once; `reconciling` compares them with the event store's rows on the way;
`proving` makes and checks proofs of single leaves. What is wrong is a `findings.Finding`, and what could not
be found out is told apart from it.
"""
