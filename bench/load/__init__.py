"""HTTP load from a process of its own."""
