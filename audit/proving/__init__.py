"""What shows that the audit log has an event: proofs for senders, owners and auditors, and their checks."""
