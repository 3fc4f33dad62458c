"""Where the published log lies: a directory, or the object store."""
