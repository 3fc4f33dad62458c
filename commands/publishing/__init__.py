"""What `ebox publish` does: one message, or many from a file, over the API alone."""
