"""What readers ask: read models derived from the event store, which can be dropped and rebuilt at any time.

One file for each read model, with its tables, its fold (how events change the rows) and its queries side by
side. Personal data are plain here, so that they can be searched and shown; an erasure purges the rows.
"""
