"""The events that stored samples are of, one file for each of the files in `domain/events/`."""
