"""Version 2.1 of the Message Registry, as an existing client of a sender or a portal meets it."""
