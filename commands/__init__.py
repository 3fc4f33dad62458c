"""The `ebox` command's groups: one file for each, with one function of a few lines for each command.

Each command imports what it needs when it runs: a token is made without loading the servers.
"""
