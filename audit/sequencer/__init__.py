"""The role that turns each event into a leaf of the audit log, and publishes and signs what it made."""
