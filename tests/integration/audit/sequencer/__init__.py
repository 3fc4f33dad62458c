"""The role that makes the audit log, against real databases and files."""
