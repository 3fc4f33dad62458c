"""The shapes of version 2.1, from and to those of version 3."""
